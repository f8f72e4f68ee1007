package cli

import "github.com/spf13/cobra"

func newCreate(env *Env) *cobra.Command {
	return newGroup("create", "Create or update Deployments, Secrets and ConfigMaps; watch a Deployment until it runs",
		newCreateDeployment(env), newCreateSecret(env), newCreateConfigMap(env))
}

func newCreateSecret(env *Env) *cobra.Command {
	return newGroup("secret", "Create or update a Secret: generic, tls or docker-registry",
		newCreateSecretGeneric(env), newCreateSecretTLS(env), newCreateSecretDockerRegistry(env))
}
