// Rendered by holdfast from the fleet file: change that one, and render again.

// Signed in to where the secrets are, for one script; its login goes with it. The secret is handed over on standard input.
def signedIn(String command) {
  withCredentials([azureServicePrincipal(credentialsId: 'ratings-bank-azure', subscriptionIdVariable: 'LOGIN_SUBSCRIPTION_ID',
      clientIdVariable: 'LOGIN_CLIENT_ID', clientSecretVariable: 'LOGIN_CLIENT_SECRET', tenantIdVariable: 'LOGIN_TENANT_ID')]) {
    withEnv(["COMMAND=${command}"]) {
      sh '''#!/usr/bin/env bash
set -euo pipefail
AZURE_CONFIG_DIR="$(mktemp -d)"
export AZURE_CONFIG_DIR
trap 'rm -rf "$AZURE_CONFIG_DIR"' EXIT
printf '%s' "$LOGIN_CLIENT_SECRET" |
  az login --service-principal --username "$LOGIN_CLIENT_ID" --tenant "$LOGIN_TENANT_ID" --password @- --output none
unset LOGIN_CLIENT_SECRET
az account set --subscription "$LOGIN_SUBSCRIPTION_ID" --output none
bash -c "$COMMAND"
'''
    }
  }
}

pipeline {
  agent none
  options {
    // Two runs at once would change two sites at once.
    disableConcurrentBuilds()
    timestamps()
    timeout(time: 3, unit: 'DAYS')
  }
  parameters {
    choice(name: 'mode', choices: ['deploy', 'first-deploy', 'redeploy', 'scale', 'upgrade', 'upgrade-os-image', 'rotate-certs'], description: 'redeploy is for a site that was lost, the others change one cluster')
    choice(name: 'site', choices: ['all', 'denver', 'orlando', 'seattle'], description: 'One site, or all')
  }
  stages {
    stage('Check the design and the rendered files') {
      agent { label 'denver-hub' }
      options { timeout(time: 15, unit: 'MINUTES') }
      environment {
        HOLDFAST_PACKAGE = "${env.HOLDFAST_PACKAGE ?: ''}"
      }
      steps {
        sh 'rendered/pipelines/check.sh'
      }
      post {
        always {
          junit allowEmptyResults: true, testResults: 'results/check.xml'
          archiveArtifacts allowEmptyArchive: true, artifacts: 'results/*'
        }
      }
    }
    stage('denver: network and VPN gateway') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && params.site in ['all', 'denver'] } }
      options { timeout(time: 120, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=denver--hub--client-id AZURE_TENANT_ID=denver--hub--tenant-id AZURE_SUBSCRIPTION_ID=denver--hub--subscription-id AZURE_CLIENT_SECRET=denver--hub--client-secret -- rendered/pipelines/denver/infrastructure.sh")
      }
    }
    stage('orlando: network and VPN gateway') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && params.site in ['all', 'orlando'] } }
      options { timeout(time: 120, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=orlando--hub--client-id AZURE_TENANT_ID=orlando--hub--tenant-id AZURE_SUBSCRIPTION_ID=orlando--hub--subscription-id AZURE_CLIENT_SECRET=orlando--hub--client-secret -- rendered/pipelines/orlando/infrastructure.sh")
      }
    }
    stage('seattle: network and VPN gateway') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && params.site in ['all', 'seattle'] } }
      options { timeout(time: 120, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=seattle--hub--client-id AZURE_TENANT_ID=seattle--hub--tenant-id AZURE_SUBSCRIPTION_ID=seattle--hub--subscription-id AZURE_CLIENT_SECRET=seattle--hub--client-secret -- rendered/pipelines/seattle/infrastructure.sh")
      }
    }
    stage('denver: tunnels to seattle, orlando') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && params.site in ['all', 'denver', 'seattle', 'orlando'] } }
      options { timeout(time: 60, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=denver--hub--client-id AZURE_TENANT_ID=denver--hub--tenant-id AZURE_SUBSCRIPTION_ID=denver--hub--subscription-id AZURE_CLIENT_SECRET=denver--hub--client-secret GATEWAY_ADDRESS_SEATTLE=seattle--gateway--address GATEWAY_ADDRESS_ORLANDO=orlando--gateway--address -- rendered/pipelines/denver/connections.sh")
      }
    }
    stage('orlando: tunnels to seattle, denver') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && params.site in ['all', 'orlando', 'seattle', 'denver'] } }
      options { timeout(time: 60, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=orlando--hub--client-id AZURE_TENANT_ID=orlando--hub--tenant-id AZURE_SUBSCRIPTION_ID=orlando--hub--subscription-id AZURE_CLIENT_SECRET=orlando--hub--client-secret GATEWAY_ADDRESS_SEATTLE=seattle--gateway--address GATEWAY_ADDRESS_DENVER=denver--gateway--address -- rendered/pipelines/orlando/connections.sh")
      }
    }
    stage('seattle: tunnels to orlando, denver') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && params.site in ['all', 'seattle', 'orlando', 'denver'] } }
      options { timeout(time: 60, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=seattle--hub--client-id AZURE_TENANT_ID=seattle--hub--tenant-id AZURE_SUBSCRIPTION_ID=seattle--hub--subscription-id AZURE_CLIENT_SECRET=seattle--hub--client-secret GATEWAY_ADDRESS_ORLANDO=orlando--gateway--address GATEWAY_ADDRESS_DENVER=denver--gateway--address -- rendered/pipelines/seattle/connections.sh")
      }
    }
    stage('denver: cluster') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && params.site in ['all', 'denver'] } }
      options { timeout(time: 180, unit: 'MINUTES') }
      environment {
        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/state"
      }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=denver--hub--client-id AZURE_TENANT_ID=denver--hub--tenant-id AZURE_SUBSCRIPTION_ID=denver--hub--subscription-id AZURE_CLIENT_SECRET=denver--hub--client-secret HOLDFAST_AGE_KEY=denver--engine-state--age-identity HOLDFAST_SSH_PRIVATE_KEY=denver--ssh--private-key -- rendered/pipelines/denver/cluster.sh ${params.mode}")
      }
      post {
        always {
          // AKS Engine's output, encrypted: without it the cluster can be neither scaled nor upgraded.
          archiveArtifacts allowEmptyArchive: true, artifacts: 'state/**'
        }
      }
    }
    stage('denver: scale, upgrade or rotate') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.mode in ['scale', 'upgrade', 'upgrade-os-image', 'rotate-certs'] && params.site in ['all', 'denver'] && params.site != 'all' } }
      options { timeout(time: 150, unit: 'MINUTES') }
      environment {
        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/state"
      }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=denver--hub--client-id AZURE_TENANT_ID=denver--hub--tenant-id AZURE_SUBSCRIPTION_ID=denver--hub--subscription-id AZURE_CLIENT_SECRET=denver--hub--client-secret HOLDFAST_AGE_KEY=denver--engine-state--age-identity HOLDFAST_SSH_PRIVATE_KEY=denver--ssh--private-key -- rendered/pipelines/denver/cluster.sh ${params.mode}")
      }
      post {
        always {
          // AKS Engine's output, encrypted: without it the cluster can be neither scaled nor upgraded.
          archiveArtifacts allowEmptyArchive: true, artifacts: 'state/**'
        }
      }
    }
    stage('denver: platform and access') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.site in ['all', 'denver'] } }
      options { timeout(time: 90, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=denver--admin--kubeconfig -- rendered/pipelines/denver/platform.sh")
      }
    }
    stage('denver: application, and whether it serves') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.site in ['all', 'denver'] } }
      options { timeout(time: 60, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=denver--deployer--kubeconfig -- rendered/pipelines/denver/application.sh ${params.mode}")
      }
    }
    stage('May orlando be changed?') {
      when { beforeInput true; expression { params.site == 'all' && params.mode == 'deploy' } }
      input { message 'The sites before orlando were changed and are healthy. Look at them, then go on.' } // ask ratings-operators@bank.example
      steps { echo 'approved' }
    }
    stage('orlando: cluster') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && params.site in ['all', 'orlando'] } }
      options { timeout(time: 180, unit: 'MINUTES') }
      environment {
        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/state"
      }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=orlando--hub--client-id AZURE_TENANT_ID=orlando--hub--tenant-id AZURE_SUBSCRIPTION_ID=orlando--hub--subscription-id AZURE_CLIENT_SECRET=orlando--hub--client-secret HOLDFAST_AGE_KEY=orlando--engine-state--age-identity HOLDFAST_SSH_PRIVATE_KEY=orlando--ssh--private-key -- rendered/pipelines/orlando/cluster.sh ${params.mode}")
      }
      post {
        always {
          // AKS Engine's output, encrypted: without it the cluster can be neither scaled nor upgraded.
          archiveArtifacts allowEmptyArchive: true, artifacts: 'state/**'
        }
      }
    }
    stage('orlando: scale, upgrade or rotate') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['scale', 'upgrade', 'upgrade-os-image', 'rotate-certs'] && params.site in ['all', 'orlando'] && params.site != 'all' } }
      options { timeout(time: 150, unit: 'MINUTES') }
      environment {
        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/state"
      }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=orlando--hub--client-id AZURE_TENANT_ID=orlando--hub--tenant-id AZURE_SUBSCRIPTION_ID=orlando--hub--subscription-id AZURE_CLIENT_SECRET=orlando--hub--client-secret HOLDFAST_AGE_KEY=orlando--engine-state--age-identity HOLDFAST_SSH_PRIVATE_KEY=orlando--ssh--private-key -- rendered/pipelines/orlando/cluster.sh ${params.mode}")
      }
      post {
        always {
          // AKS Engine's output, encrypted: without it the cluster can be neither scaled nor upgraded.
          archiveArtifacts allowEmptyArchive: true, artifacts: 'state/**'
        }
      }
    }
    stage('orlando: platform and access') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.site in ['all', 'orlando'] } }
      options { timeout(time: 90, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=orlando--admin--kubeconfig -- rendered/pipelines/orlando/platform.sh")
      }
    }
    stage('orlando: application, and whether it serves') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.site in ['all', 'orlando'] } }
      options { timeout(time: 60, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=orlando--deployer--kubeconfig -- rendered/pipelines/orlando/application.sh ${params.mode}")
      }
    }
    stage('May seattle be changed?') {
      when { beforeInput true; expression { params.site == 'all' && params.mode == 'deploy' } }
      input { message 'The sites before seattle were changed and are healthy. Look at them, then go on.' } // ask ratings-operators@bank.example
      steps { echo 'approved' }
    }
    stage('seattle: cluster') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && params.site in ['all', 'seattle'] } }
      options { timeout(time: 180, unit: 'MINUTES') }
      environment {
        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/state"
      }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=seattle--hub--client-id AZURE_TENANT_ID=seattle--hub--tenant-id AZURE_SUBSCRIPTION_ID=seattle--hub--subscription-id AZURE_CLIENT_SECRET=seattle--hub--client-secret HOLDFAST_AGE_KEY=seattle--engine-state--age-identity HOLDFAST_SSH_PRIVATE_KEY=seattle--ssh--private-key -- rendered/pipelines/seattle/cluster.sh ${params.mode}")
      }
      post {
        always {
          // AKS Engine's output, encrypted: without it the cluster can be neither scaled nor upgraded.
          archiveArtifacts allowEmptyArchive: true, artifacts: 'state/**'
        }
      }
    }
    stage('seattle: scale, upgrade or rotate') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.mode in ['scale', 'upgrade', 'upgrade-os-image', 'rotate-certs'] && params.site in ['all', 'seattle'] && params.site != 'all' } }
      options { timeout(time: 150, unit: 'MINUTES') }
      environment {
        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/state"
      }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=seattle--hub--client-id AZURE_TENANT_ID=seattle--hub--tenant-id AZURE_SUBSCRIPTION_ID=seattle--hub--subscription-id AZURE_CLIENT_SECRET=seattle--hub--client-secret HOLDFAST_AGE_KEY=seattle--engine-state--age-identity HOLDFAST_SSH_PRIVATE_KEY=seattle--ssh--private-key -- rendered/pipelines/seattle/cluster.sh ${params.mode}")
      }
      post {
        always {
          // AKS Engine's output, encrypted: without it the cluster can be neither scaled nor upgraded.
          archiveArtifacts allowEmptyArchive: true, artifacts: 'state/**'
        }
      }
    }
    stage('seattle: platform and access') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.site in ['all', 'seattle'] } }
      options { timeout(time: 90, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=seattle--admin--kubeconfig -- rendered/pipelines/seattle/platform.sh")
      }
    }
    stage('seattle: application, and whether it serves') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.site in ['all', 'seattle'] } }
      options { timeout(time: 60, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=seattle--deployer--kubeconfig -- rendered/pipelines/seattle/application.sh ${params.mode}")
      }
    }
    stage('denver: everything together') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && params.site in ['all', 'denver', 'orlando', 'seattle'] } }
      options { timeout(time: 30, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=denver--deployer--kubeconfig -- rendered/pipelines/denver/verify.sh")
      }
    }
    stage('orlando: everything together') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && params.site in ['all', 'orlando', 'denver', 'seattle'] } }
      options { timeout(time: 30, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=orlando--deployer--kubeconfig -- rendered/pipelines/orlando/verify.sh")
      }
    }
    stage('seattle: everything together') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && params.site in ['all', 'seattle', 'denver', 'orlando'] } }
      options { timeout(time: 30, unit: 'MINUTES') }
      steps {
        signedIn("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=seattle--deployer--kubeconfig -- rendered/pipelines/seattle/verify.sh")
      }
    }
  }
  post {
    failure {
      mail to: 'ratings-operators@bank.example', subject: 'ratings-bank: a delivery failed', body: "See ${env.BUILD_URL}"
    }
  }
}
