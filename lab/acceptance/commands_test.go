package acceptance

import "github.com/rogpeppe/go-internal/testscript"

// commands are what the scripts know beside testscript's own:
//
//	deploy NAME IMAGE [REPLICAS] [KEY=VALUE…]  make a Deployment and wait until all of it serves
//	settled NAME                               wait until a Deployment's rollout is complete
//	serving NAME IMAGE                         all replicas serve, each of them this image
//	otherevents N                              warnings about pods of other apps
//	later                                      until another second has begun
//	remember NAME, unchanged NAME              nobody wrote the Deployment in between
//	user NAME VERBS RESOURCES…                 what someone may do: --as=NAME
//
//	exitcode N COMMAND…                        run it; it ends with this code
//	start [-tty COLSxROWS] JOB COMMAND…        run it in the background
//	await JOB PATTERN                          until a line of its output, or its screen, says this
//	signal JOB INT|TERM|KILL, resize JOB COLSxROWS
//	press JOB KEY                              ctrl-c, ctrl-d, tab or enter, typed at the job's terminal
//	type [-n] JOB LINE                         a line, typed there; -n: and no enter
//	finish JOB N                               it ends with this code
//	frames JOB PATTERN                         the screen of a job has shown this at some moment
//	fits JOB COLS                              no frame of a job has a wider line
//	colors JOB none                            a job has not coloured anything
//
//	answer STATUS|none URL [HOST]           until the URL gives this status; its body is stdout
//	capture VARIABLE stdout|JOB PATTERN        the first group of the pattern, in stdout or in what a job says
//
//	jsonpath EXPRESSION WANT [FILE]            of stdout, or of a file
//	schema result|events|consumers|why [FILE]  validate stdout, or a file, against docs/schema
//	unrepeated FILE                            no line twice, apart from the time before it
//
//	faults …                                   see faults_test.go
//	requests OP N [VERB [RESOURCE]]            how many there were through the fault proxy
//	untested WHAT                              this machine lacks it; the last lines of make test say so
//	quiet VERB [RESOURCE]                      until there are none through the fault proxy for a while
//	examples [VERB…]                           run the examples of the help, as they stand there
//	exercise ID MISSING HINT                   walk through an exercise of the workshop
//	missing ID MISSING                         until this is what the exercise misses first
//	ownlab [NODES] [without=PARTS]             a lab that is this script's alone
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"deploy":      deploy,
	"settled":     settled,
	"serving":     serving,
	"otherevents": otherEvents,
	"later":       later,
	"refused":     refused,
	"remember":    remember,
	"unchanged":   unchanged,
	"user":        user,
	"exitcode":    exitCode,
	"start":       start,
	"await":       await,
	"signal":      signalJob,
	"resize":      resize,
	"press":       press,
	"type":        typeLine,
	"finish":      finish,
	"frames":      frames,
	"fits":        fits,
	"colors":      colors,
	"answer":      answer,
	"capture":     captureText,
	"jsonpath":    jsonPath,
	"schema":      schema,
	"unrepeated":  unrepeated,
	"faults":      faults,
	"requests":    requests,
	"quiet":       quiet,
	"examples":    examples,
	"untested":    untested,
	"exercise":    exercise,
	"missing":     missing,
	"ownlab":      ownLab,
}
