// Rendered by holdfast from the fleet file: change that one, and render again.

// Signed in to public Azure, for one script; its login goes with it. The secret is handed over on standard input.
def inAzure(String command) {
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
    choice(name: 'mode', choices: ['deploy', 'first-deploy', 'redeploy', 'scale', 'upgrade', 'upgrade-os-image', 'rotate-certs'], description: 'What for: redeploy is for a site that was lost, the others change one cluster')
    choice(name: 'site', choices: ['all', 'denver', 'orlando', 'seattle'], description: 'One site, or all')
    choice(name: 'without', choices: ['none', 'denver', 'orlando', 'seattle'], description: 'A site that does not answer: nothing is asked of its agents, nor of its cluster')
  }
  stages {
    stage('Check the design and the rendered files') {
      agent { label "${params.site == 'orlando' || params.site != 'denver' && params.site != 'seattle' && params.without == 'denver' ? 'orlando-hub' : params.site == 'seattle' ? 'seattle-hub' : 'denver-hub'}" }
      options { timeout(time: 15, unit: 'MINUTES') }
      environment {
        HOLDFAST_PACKAGE = "${env.HOLDFAST_PACKAGE ?: ''}"
      }
      steps {
        sh "rendered/pipelines/check.sh"
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
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && (params.site == 'denver' || params.without != 'denver' && (params.site == 'all')) } }
      options { timeout(time: 120, unit: 'MINUTES') }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=denver--hub--client-id AZURE_TENANT_ID=denver--hub--tenant-id AZURE_SUBSCRIPTION_ID=denver--hub--subscription-id AZURE_CLIENT_SECRET=denver--hub--client-secret -- rendered/pipelines/denver/infrastructure.sh")
      }
    }
    stage('orlando: network and VPN gateway') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && (params.site == 'orlando' || params.without != 'orlando' && (params.site == 'all')) } }
      options { timeout(time: 120, unit: 'MINUTES') }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=orlando--hub--client-id AZURE_TENANT_ID=orlando--hub--tenant-id AZURE_SUBSCRIPTION_ID=orlando--hub--subscription-id AZURE_CLIENT_SECRET=orlando--hub--client-secret -- rendered/pipelines/orlando/infrastructure.sh")
      }
    }
    stage('seattle: network and VPN gateway') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && (params.site == 'seattle' || params.without != 'seattle' && (params.site == 'all')) } }
      options { timeout(time: 120, unit: 'MINUTES') }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=seattle--hub--client-id AZURE_TENANT_ID=seattle--hub--tenant-id AZURE_SUBSCRIPTION_ID=seattle--hub--subscription-id AZURE_CLIENT_SECRET=seattle--hub--client-secret -- rendered/pipelines/seattle/infrastructure.sh")
      }
    }
    stage('denver: tunnels to seattle, orlando') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && (params.site == 'denver' || params.without != 'denver' && (params.site == 'all' || params.mode == 'redeploy' && params.site in ['seattle', 'orlando'])) } }
      options { timeout(time: 60, unit: 'MINUTES') }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=denver--hub--client-id AZURE_TENANT_ID=denver--hub--tenant-id AZURE_SUBSCRIPTION_ID=denver--hub--subscription-id AZURE_CLIENT_SECRET=denver--hub--client-secret GATEWAY_ADDRESS_SEATTLE=seattle--gateway--address GATEWAY_ADDRESS_ORLANDO=orlando--gateway--address -- rendered/pipelines/denver/connections.sh")
      }
    }
    stage('orlando: tunnels to seattle, denver') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && (params.site == 'orlando' || params.without != 'orlando' && (params.site == 'all' || params.mode == 'redeploy' && params.site in ['seattle', 'denver'])) } }
      options { timeout(time: 60, unit: 'MINUTES') }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=orlando--hub--client-id AZURE_TENANT_ID=orlando--hub--tenant-id AZURE_SUBSCRIPTION_ID=orlando--hub--subscription-id AZURE_CLIENT_SECRET=orlando--hub--client-secret GATEWAY_ADDRESS_SEATTLE=seattle--gateway--address GATEWAY_ADDRESS_DENVER=denver--gateway--address -- rendered/pipelines/orlando/connections.sh")
      }
    }
    stage('seattle: tunnels to orlando, denver') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && (params.site == 'seattle' || params.without != 'seattle' && (params.site == 'all' || params.mode == 'redeploy' && params.site in ['orlando', 'denver'])) } }
      options { timeout(time: 60, unit: 'MINUTES') }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=seattle--hub--client-id AZURE_TENANT_ID=seattle--hub--tenant-id AZURE_SUBSCRIPTION_ID=seattle--hub--subscription-id AZURE_CLIENT_SECRET=seattle--hub--client-secret GATEWAY_ADDRESS_ORLANDO=orlando--gateway--address GATEWAY_ADDRESS_DENVER=denver--gateway--address -- rendered/pipelines/seattle/connections.sh")
      }
    }
    stage('denver: cluster') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && (params.site == 'denver' || params.without != 'denver' && (params.site == 'all')) } }
      options { timeout(time: 180, unit: 'MINUTES') }
      environment {
        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/aks-engine-state-denver"
      }
      steps {
        sh 'rm -rf aks-engine-state-denver'
        // What AKS Engine wrote last, encrypted: of the last run that is over, whatever came of it. The first run finds none.
        copyArtifacts(projectName: env.JOB_NAME, selector: lastCompleted(), filter: 'aks-engine-state-denver/**', optional: true)
        inAzure("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=denver--hub--client-id AZURE_TENANT_ID=denver--hub--tenant-id AZURE_SUBSCRIPTION_ID=denver--hub--subscription-id AZURE_CLIENT_SECRET=denver--hub--client-secret HOLDFAST_AGE_KEY=denver--engine-state--age-identity HOLDFAST_SSH_PRIVATE_KEY=denver--ssh--private-key -- rendered/pipelines/denver/cluster.sh ${params.mode}")
      }
      post {
        always {
          // Keep what AKS Engine wrote, encrypted: without it the cluster can be neither scaled nor upgraded.
          archiveArtifacts allowEmptyArchive: true, artifacts: 'aks-engine-state-denver/**'
        }
      }
    }
    stage('denver: scale, upgrade or rotate') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.mode in ['scale', 'upgrade', 'upgrade-os-image', 'rotate-certs'] && params.site == 'denver' } }
      options { timeout(time: 150, unit: 'MINUTES') }
      environment {
        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/aks-engine-state-denver"
      }
      steps {
        sh 'rm -rf aks-engine-state-denver'
        // What AKS Engine wrote last, encrypted: of the last run that is over, whatever came of it. The first run finds none.
        copyArtifacts(projectName: env.JOB_NAME, selector: lastCompleted(), filter: 'aks-engine-state-denver/**', optional: true)
        inAzure("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=denver--hub--client-id AZURE_TENANT_ID=denver--hub--tenant-id AZURE_SUBSCRIPTION_ID=denver--hub--subscription-id AZURE_CLIENT_SECRET=denver--hub--client-secret HOLDFAST_AGE_KEY=denver--engine-state--age-identity HOLDFAST_SSH_PRIVATE_KEY=denver--ssh--private-key -- rendered/pipelines/denver/cluster.sh ${params.mode}")
      }
      post {
        always {
          // Keep what AKS Engine wrote, encrypted: without it the cluster can be neither scaled nor upgraded.
          archiveArtifacts allowEmptyArchive: true, artifacts: 'aks-engine-state-denver/**'
        }
      }
    }
    stage('denver: platform and access') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { (params.site == 'denver' || params.without != 'denver' && (params.site == 'all')) } }
      options { timeout(time: 90, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=denver--admin--kubeconfig -- rendered/pipelines/denver/platform.sh")
      }
    }
    stage('denver: databases that operators run') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { (params.site == 'denver' || params.without != 'denver' && (params.site == 'all')) } }
      options { timeout(time: 90, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=denver--admin--kubeconfig -- rendered/pipelines/denver/databases.sh ${params.mode}")
      }
    }
    stage('denver: application, and whether it serves') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { (params.site == 'denver' || params.without != 'denver' && (params.site == 'all')) } }
      options { timeout(time: 60, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=denver--deployer--kubeconfig -- rendered/pipelines/denver/application.sh ${params.mode}")
      }
    }
    stage('May orlando be changed?') {
      when { beforeInput true; expression { params.site == 'all' && params.mode == 'deploy' && params.without != 'orlando' } }
      // Without an agent: a person may take days, and no machine waits for them.
      input {
        message 'The sites before orlando were changed and are healthy. Look at them, then go on.'
        submitter 'ratings-bank-approvers'
      }
      steps { echo 'approved' }
    }
    stage('orlando: cluster') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && (params.site == 'orlando' || params.without != 'orlando' && (params.site == 'all')) } }
      options { timeout(time: 180, unit: 'MINUTES') }
      environment {
        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/aks-engine-state-orlando"
      }
      steps {
        sh 'rm -rf aks-engine-state-orlando'
        // What AKS Engine wrote last, encrypted: of the last run that is over, whatever came of it. The first run finds none.
        copyArtifacts(projectName: env.JOB_NAME, selector: lastCompleted(), filter: 'aks-engine-state-orlando/**', optional: true)
        inAzure("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=orlando--hub--client-id AZURE_TENANT_ID=orlando--hub--tenant-id AZURE_SUBSCRIPTION_ID=orlando--hub--subscription-id AZURE_CLIENT_SECRET=orlando--hub--client-secret HOLDFAST_AGE_KEY=orlando--engine-state--age-identity HOLDFAST_SSH_PRIVATE_KEY=orlando--ssh--private-key -- rendered/pipelines/orlando/cluster.sh ${params.mode}")
      }
      post {
        always {
          // Keep what AKS Engine wrote, encrypted: without it the cluster can be neither scaled nor upgraded.
          archiveArtifacts allowEmptyArchive: true, artifacts: 'aks-engine-state-orlando/**'
        }
      }
    }
    stage('orlando: scale, upgrade or rotate') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['scale', 'upgrade', 'upgrade-os-image', 'rotate-certs'] && params.site == 'orlando' } }
      options { timeout(time: 150, unit: 'MINUTES') }
      environment {
        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/aks-engine-state-orlando"
      }
      steps {
        sh 'rm -rf aks-engine-state-orlando'
        // What AKS Engine wrote last, encrypted: of the last run that is over, whatever came of it. The first run finds none.
        copyArtifacts(projectName: env.JOB_NAME, selector: lastCompleted(), filter: 'aks-engine-state-orlando/**', optional: true)
        inAzure("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=orlando--hub--client-id AZURE_TENANT_ID=orlando--hub--tenant-id AZURE_SUBSCRIPTION_ID=orlando--hub--subscription-id AZURE_CLIENT_SECRET=orlando--hub--client-secret HOLDFAST_AGE_KEY=orlando--engine-state--age-identity HOLDFAST_SSH_PRIVATE_KEY=orlando--ssh--private-key -- rendered/pipelines/orlando/cluster.sh ${params.mode}")
      }
      post {
        always {
          // Keep what AKS Engine wrote, encrypted: without it the cluster can be neither scaled nor upgraded.
          archiveArtifacts allowEmptyArchive: true, artifacts: 'aks-engine-state-orlando/**'
        }
      }
    }
    stage('orlando: platform and access') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { (params.site == 'orlando' || params.without != 'orlando' && (params.site == 'all')) } }
      options { timeout(time: 90, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=orlando--admin--kubeconfig -- rendered/pipelines/orlando/platform.sh")
      }
    }
    stage('orlando: databases that operators run') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { (params.site == 'orlando' || params.without != 'orlando' && (params.site == 'all')) } }
      options { timeout(time: 90, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=orlando--admin--kubeconfig -- rendered/pipelines/orlando/databases.sh ${params.mode}")
      }
    }
    stage('orlando: application, and whether it serves') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { (params.site == 'orlando' || params.without != 'orlando' && (params.site == 'all')) } }
      options { timeout(time: 60, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=orlando--deployer--kubeconfig -- rendered/pipelines/orlando/application.sh ${params.mode}")
      }
    }
    stage('May seattle be changed?') {
      when { beforeInput true; expression { params.site == 'all' && params.mode == 'deploy' && params.without != 'seattle' } }
      // Without an agent: a person may take days, and no machine waits for them.
      input {
        message 'The sites before seattle were changed and are healthy. Look at them, then go on.'
        submitter 'ratings-bank-approvers'
      }
      steps { echo 'approved' }
    }
    stage('seattle: cluster') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && (params.site == 'seattle' || params.without != 'seattle' && (params.site == 'all')) } }
      options { timeout(time: 180, unit: 'MINUTES') }
      environment {
        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/aks-engine-state-seattle"
      }
      steps {
        sh 'rm -rf aks-engine-state-seattle'
        // What AKS Engine wrote last, encrypted: of the last run that is over, whatever came of it. The first run finds none.
        copyArtifacts(projectName: env.JOB_NAME, selector: lastCompleted(), filter: 'aks-engine-state-seattle/**', optional: true)
        inAzure("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=seattle--hub--client-id AZURE_TENANT_ID=seattle--hub--tenant-id AZURE_SUBSCRIPTION_ID=seattle--hub--subscription-id AZURE_CLIENT_SECRET=seattle--hub--client-secret HOLDFAST_AGE_KEY=seattle--engine-state--age-identity HOLDFAST_SSH_PRIVATE_KEY=seattle--ssh--private-key -- rendered/pipelines/seattle/cluster.sh ${params.mode}")
      }
      post {
        always {
          // Keep what AKS Engine wrote, encrypted: without it the cluster can be neither scaled nor upgraded.
          archiveArtifacts allowEmptyArchive: true, artifacts: 'aks-engine-state-seattle/**'
        }
      }
    }
    stage('seattle: scale, upgrade or rotate') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.mode in ['scale', 'upgrade', 'upgrade-os-image', 'rotate-certs'] && params.site == 'seattle' } }
      options { timeout(time: 150, unit: 'MINUTES') }
      environment {
        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/aks-engine-state-seattle"
      }
      steps {
        sh 'rm -rf aks-engine-state-seattle'
        // What AKS Engine wrote last, encrypted: of the last run that is over, whatever came of it. The first run finds none.
        copyArtifacts(projectName: env.JOB_NAME, selector: lastCompleted(), filter: 'aks-engine-state-seattle/**', optional: true)
        inAzure("rendered/access/_secrets/run-with.sh AZURE_CLIENT_ID=seattle--hub--client-id AZURE_TENANT_ID=seattle--hub--tenant-id AZURE_SUBSCRIPTION_ID=seattle--hub--subscription-id AZURE_CLIENT_SECRET=seattle--hub--client-secret HOLDFAST_AGE_KEY=seattle--engine-state--age-identity HOLDFAST_SSH_PRIVATE_KEY=seattle--ssh--private-key -- rendered/pipelines/seattle/cluster.sh ${params.mode}")
      }
      post {
        always {
          // Keep what AKS Engine wrote, encrypted: without it the cluster can be neither scaled nor upgraded.
          archiveArtifacts allowEmptyArchive: true, artifacts: 'aks-engine-state-seattle/**'
        }
      }
    }
    stage('seattle: platform and access') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { (params.site == 'seattle' || params.without != 'seattle' && (params.site == 'all')) } }
      options { timeout(time: 90, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=seattle--admin--kubeconfig -- rendered/pipelines/seattle/platform.sh")
      }
    }
    stage('seattle: databases that operators run') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { (params.site == 'seattle' || params.without != 'seattle' && (params.site == 'all')) } }
      options { timeout(time: 90, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=seattle--admin--kubeconfig -- rendered/pipelines/seattle/databases.sh ${params.mode}")
      }
    }
    stage('seattle: application, and whether it serves') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { (params.site == 'seattle' || params.without != 'seattle' && (params.site == 'all')) } }
      options { timeout(time: 60, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=seattle--deployer--kubeconfig -- rendered/pipelines/seattle/application.sh ${params.mode}")
      }
    }
    stage('denver: databases that waited for another site') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.mode in ['first-deploy'] && (params.site == 'denver' || params.without != 'denver' && (params.site == 'all')) } }
      options { timeout(time: 90, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=denver--admin--kubeconfig -- rendered/pipelines/denver/databases.sh rest")
      }
    }
    stage('orlando: databases that waited for another site') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['first-deploy'] && (params.site == 'orlando' || params.without != 'orlando' && (params.site == 'all')) } }
      options { timeout(time: 90, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=orlando--admin--kubeconfig -- rendered/pipelines/orlando/databases.sh rest")
      }
    }
    stage('denver: databases are ready') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.mode in ['first-deploy'] && (params.site == 'denver' || params.without != 'denver' && (params.site == 'all')) } }
      options { timeout(time: 90, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=denver--admin--kubeconfig -- rendered/pipelines/denver/databases.sh ready")
      }
    }
    stage('orlando: databases are ready') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['first-deploy'] && (params.site == 'orlando' || params.without != 'orlando' && (params.site == 'all')) } }
      options { timeout(time: 90, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=orlando--admin--kubeconfig -- rendered/pipelines/orlando/databases.sh ready")
      }
    }
    stage('seattle: databases are ready') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.mode in ['first-deploy'] && (params.site == 'seattle' || params.without != 'seattle' && (params.site == 'all')) } }
      options { timeout(time: 90, unit: 'MINUTES') }
      environment {
        HOLDFAST_OPERATED_STORES = "${env.HOLDFAST_OPERATED_STORES ?: ''}"
      }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh ADMIN_KUBECONFIG=seattle--admin--kubeconfig -- rendered/pipelines/seattle/databases.sh ready")
      }
    }
    stage('denver: logins to the other voters') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.mode in ['first-deploy'] && (params.site == 'denver' || params.without != 'denver' && (params.site == 'all')) } }
      options { timeout(time: 30, unit: 'MINUTES') }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=denver--deployer--kubeconfig -- rendered/pipelines/denver/verify.sh logins")
      }
    }
    stage('orlando: logins to the other voters') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['first-deploy'] && (params.site == 'orlando' || params.without != 'orlando' && (params.site == 'all')) } }
      options { timeout(time: 30, unit: 'MINUTES') }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=orlando--deployer--kubeconfig -- rendered/pipelines/orlando/verify.sh logins")
      }
    }
    stage('seattle: logins to the other voters') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.mode in ['first-deploy'] && (params.site == 'seattle' || params.without != 'seattle' && (params.site == 'all')) } }
      options { timeout(time: 30, unit: 'MINUTES') }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=seattle--deployer--kubeconfig -- rendered/pipelines/seattle/verify.sh logins")
      }
    }
    stage('denver: everything together') {
      agent { label 'denver-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && (params.site == 'denver' || params.without != 'denver' && (params.site == 'all' || params.mode == 'redeploy' && params.site in ['orlando', 'seattle'])) } }
      options { timeout(time: 30, unit: 'MINUTES') }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=denver--deployer--kubeconfig -- rendered/pipelines/denver/verify.sh")
      }
    }
    stage('orlando: everything together') {
      agent { label 'orlando-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && (params.site == 'orlando' || params.without != 'orlando' && (params.site == 'all' || params.mode == 'redeploy' && params.site in ['denver', 'seattle'])) } }
      options { timeout(time: 30, unit: 'MINUTES') }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=orlando--deployer--kubeconfig -- rendered/pipelines/orlando/verify.sh")
      }
    }
    stage('seattle: everything together') {
      agent { label 'seattle-hub' }
      when { beforeAgent true; expression { params.mode in ['deploy', 'first-deploy', 'redeploy'] && (params.site == 'seattle' || params.without != 'seattle' && (params.site == 'all' || params.mode == 'redeploy' && params.site in ['denver', 'orlando'])) } }
      options { timeout(time: 30, unit: 'MINUTES') }
      steps {
        inAzure("rendered/access/_secrets/run-with.sh DEPLOYER_KUBECONFIG=seattle--deployer--kubeconfig -- rendered/pipelines/seattle/verify.sh")
      }
    }
  }
  post {
    failure {
      mail to: 'ratings-operators@bank.example', subject: 'ratings-bank: a delivery failed', body: "See ${env.BUILD_URL}"
    }
  }
}
