#!/bin/sh
# A session and a refund of Authorization 1.0 with curl and the José command line alone.
# jose.sh <operationId> -> the bank's answer, opened
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%s' "$CLIENT_KEY" > "$work/client.jwk"
member() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }
ask() { curl -sS -H 'x-api_version: V1' "$@"; }

ask -H 'Content-Type: application/json' -d "{\"serviceCode\":\"$SERVICE_CODE\"}" \
  "$BANK_URL/api-gateway/authorize_virtual_device" | member jwe | tr -d '\n' > "$work/session.jwe"
jose jwe dec -i "$work/session.jwe" -k "$work/client.jwk" -O "$work/session.json"
sed 's/.*"serverPublic":\({[^}]*}\).*/\1/' "$work/session.json" > "$work/server.jwk"

printf '{"merchantRequestId":"%s","merchantId":"%s","operationId":"%s","coinAmount":50,"date":"%s"}' \
  "$(cat /proc/sys/kernel/random/uuid)" "$MERCHANT_ID" "$1" "$(TZ=Europe/Kyiv date '+%Y-%m-%d %H:%M:%S.00%:z')" \
  > "$work/refund.json"
jose jwe enc -I "$work/refund.json" -k "$work/server.jwk" -c -o "$work/refund.jwe" \
  -i '{"protected":{"alg":"ECDH-ES+A256KW","enc":"A256GCM"}}'
ask -H 'Content-Type: text/plain' --data-binary "@$work/refund.jwe" \
  -H "x-device_id: $(member deviceId < "$work/session.json")" \
  -H "x-refresh_token: $(member refreshToken < "$work/session.json")" \
  "$BANK_URL/ecom/execute_request/payments/v3/refund" | member jwe | tr -d '\n' > "$work/answer.jwe"
jose jwe dec -i "$work/answer.jwe" -k "$work/client.jwk" -O-
