#!/bin/sh
# Podman or Docker without containers, by the name that it is called by. What happens to a container stands in files of
# ../state/<name>: each run takes a line of `plan` (`no-image`, `fail`, `end`; else it lives), waits while there is `pulling`,
# and is not healthy while there is `ill`. Whoever writes a number to the pipe `life` ends the container with it. Its `log` has
# a line for each run and one for what became of it: `run`, and then `live`, `fail` or `end`.
set -eu
engine=${0##*/}
states=${0%/*}/../state

alive() { [ -e "$state/pid" ] && kill -0 "$(cat "$state/pid")" 2> /dev/null; }
live() {
  echo "$plan" >> "$state/log"
  case $plan in
    fail) exit 1 ;;
    end) exit 0 ;;
  esac
  read -r code < "$state/life"
  exit "$code"
}
end() {
  ! alive || kill "$(cat "$state/pid")" 2> /dev/null || true
  rm -f "$state/pid"
}

command=$1
shift
name=
notify=
detached=
for argument; do
  case $argument in
    --name=*) name=${argument#*=} ;;
    --sdnotify=*) notify=${argument#*=} ;;
    --cidfile=*) cidfile=${argument#*=}; name=${name:-$(cat "$cidfile" 2> /dev/null || true)} ;;
    --detach=false) detached= ;;
    -d) detached=yes ;;
    -*) ;;
    *) [ "$command" = run ] || name=$argument ;;
  esac
done
state=$states/$name

case $command in
  run)
    mkdir -p "$state"
    echo run >> "$state/log"
    while [ -e "$state/pulling" ]; do sleep 0.1; done
    plan=live
    if [ -s "$state/plan" ]; then
      read -r plan < "$state/plan"
      sed -i 1d "$state/plan"
    fi
    [ "$plan" != no-image ] || exit 125
    rm -f "$state/life"
    mkfifo "$state/life"
    [ -z "${cidfile:-}" ] || echo "$name" > "$cidfile"
    if [ -z "$detached" ]; then
      echo $$ > "$state/pid"
      live
    fi
    rm -f "$state/told"
    (while [ ! -e "$state/told" ]; do sleep 0.1; done && live) & # it is there before it ends
    echo $! > "$state/pid"
    while [ "$notify" = healthy ] && [ -e "$state/ill" ]; do
      alive || exit 1
      sleep 0.1
    done
    systemd-notify --ready "--pid=$!"
    touch "$state/told"
    ;;
  inspect)
    alive || { echo "no such object: $name" >&2; exit 1; }
    case $* in
      *Health*) if [ -e "$state/ill" ]; then echo starting; else echo healthy; fi ;;
      *) echo true ;;
    esac
    ;;
  stop | rm) [ -z "$name" ] || end ;;
  network | volume)
    # One that is `missing` cannot be made at first.
    [ ! -e "$state/missing" ] || { [ "$1" != create ] || rm "$state/missing"; exit 1; }
    ;;
  build) # --tag <image>; one of which something is `missing` cannot be built at first
    state=$states/${2##*/}
    [ ! -e "$state/missing" ] || { rm "$state/missing"; exit 1; }
    ;;
  *) ;; # images are there
esac
