#!/bin/sh
# The upstream that both gateways call: one nginx process that answers 11 bytes, and says where it listens.
set -eu
folder=$(mktemp -d)
cat >"$folder/nginx.conf" <<CONF
# Started by root, it would give its folders to another user, which a fenced program may not.
user root;
daemon off;
master_process off;
pid $folder/pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    server {
        listen 127.0.0.1:$PORT;
        default_type application/json;
        add_header X-Upstream-Port $PORT;
        location / { return 200 '{"ok":true}'; }
    }
}
CONF
exec nginx -e stderr -p "$folder" -c "$folder/nginx.conf"
