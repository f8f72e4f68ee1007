module github.com/kubectl-app/kubectl-app

go 1.26.0
