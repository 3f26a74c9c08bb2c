#!/bin/sh
# Makes the secrets of compose.yaml, once: what is there stays. Run it as root, since each file
# belongs to the one user inside the containers who reads it.
#   sudo sh deploy/make-secrets.sh
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
chmod 711 secrets

PORTAL=10001
MONGODB=999

secret() { # NAME OWNER, the content on standard input
    [ -s "secrets/$1" ] || cat > "secrets/$1.new"
    [ ! -e "secrets/$1.new" ] || mv "secrets/$1.new" "secrets/$1"
    chown "$2:$2" "secrets/$1"
    chmod 400 "secrets/$1"
}
random() { # BYTES, as letters and digits with - and _
    head -c "$1" /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'
}

random 48 | secret secret_key $PORTAL
random 48 | secret jwt_secret $PORTAL
random 32 | secret mongodb_password $PORTAL
random 32 | secret mongodb_admin_password $PORTAL
head -c 512 /dev/urandom | base64 | secret mongodb_key $MONGODB
members=mongodb-1:27017,mongodb-2:27017,mongodb-3:27017
printf 'mongodb://duebill:%s@%s/duebill?replicaSet=rs0&authSource=admin' \
    "$(cat secrets/mongodb_password)" $members | secret mongodb_uri $PORTAL
echo "The secrets are in $(pwd)/secrets. Keep a copy elsewhere: without secret_key and jwt_secret"
echo "a restored database has sealed values that nobody can open."
