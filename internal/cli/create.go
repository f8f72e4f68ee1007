package cli

import "github.com/spf13/cobra"

func newCreate(env *Env) *cobra.Command {
	return newGroup("create", "Create or update Secrets and ConfigMaps, and show which keys changed",
		newCreateSecret(env), newCreateConfigMap(env))
}

func newCreateSecret(env *Env) *cobra.Command {
	return newGroup("secret", "Create or update a Secret: generic, tls or docker-registry",
		newCreateSecretGeneric(env), newCreateSecretTLS(env), newCreateSecretDockerRegistry(env))
}
