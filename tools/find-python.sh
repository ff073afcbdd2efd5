# Sourced by bin/serve and bin/test: sets $python to a Python new enough to run the rest.
for python in python3 python3.14 python3.13 python3.12 python3.11 ''; do
  if [ -n "$python" ] && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
  then break; fi
done
if [ -z "$python" ]; then
  echo "Python 3.11 or newer is missing: sudo apt install python3 python3-venv (on Ubuntu 22.04: python3.11 python3.11-venv)" >&2
  exit 1
fi
