/** POSIX shell. One step where a machine reaches both sides, two where a disk is carried between them. */
export const MIRROR_SCRIPT = `#!/bin/sh
# Rendered by holdfast. Carries the images and charts of IMAGES.txt and CHARTS.txt to the fleet's own registry.
#   ./mirror.sh copy          from a machine that reaches both sides
#   ./mirror.sh pull FOLDER   from a machine on the Internet; then carry the folder over, and
#   ./mirror.sh push FOLDER   from a machine that reaches the registry
# It needs skopeo or crane, and helm. Log in first: skopeo login (or crane auth login) and helm registry login.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
action=\${1:-}
folder=\${2:-}

usage() {
  sed -n '3,6s/^# *//p' "$0" >&2
  exit 2
}

case $action in
  copy) folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT ;;
  pull | push) [ -n "$folder" ] || usage ;;
  *) usage ;;
esac

if command -v skopeo >/dev/null; then
  tool=skopeo
elif command -v crane >/dev/null; then
  tool=crane
else
  echo "neither skopeo nor crane is here" >&2
  exit 1
fi

# All platforms of an image, and its digest as it is: what runs is what was published.
copy_image() {
  case $tool in
    skopeo) skopeo copy --all --preserve-digests "docker://$1" "docker://$2" ;;
    crane) crane copy "$1" "$2" ;;
  esac
}
pull_image() {
  case $tool in
    skopeo) skopeo copy --all --preserve-digests "docker://$1" "dir:$2" ;;
    crane) crane pull --format oci "$1" "$2" ;;
  esac
}
push_image() {
  case $tool in
    skopeo) skopeo copy --all --preserve-digests "dir:$1" "docker://$2" ;;
    crane) crane push "$1" "$2" ;;
  esac
}

mkdir -p "$folder/images" "$folder/charts"

grep -v '^#' "$here/IMAGES.txt" | while read -r source target; do
  name=$(printf %s "$source" | tr '/:@' '___')
  echo "$action $source"
  case $action in
    copy) copy_image "$source" "$target" ;;
    pull) pull_image "$source" "$folder/images/$name" ;;
    push) push_image "$folder/images/$name" "$target" ;;
  esac
done

grep -v '^#' "$here/CHARTS.txt" | while read -r repository chart version target; do
  echo "$action $chart $version"
  if [ "$action" != push ]; then
    case $repository in
      oci://*) helm pull "$repository/$chart" --version "$version" --destination "$folder/charts" ;;
      *) helm pull "$chart" --repo "$repository" --version "$version" --destination "$folder/charts" ;;
    esac
  fi
  if [ "$action" != pull ]; then
    helm push "$folder/charts/$chart-$version.tgz" "$target"
  fi
done
`;
