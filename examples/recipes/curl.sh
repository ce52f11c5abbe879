#!/bin/sh
# An answer, its headers and its receipt, with nothing but curl: sh curl.sh
set -eu
url="${SOBRIO_URL:-http://127.0.0.1:8787/v1}"
key="authorization: Bearer ${SOBRIO_API_KEY:-none}"
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT

curl -sS --fail-with-body -D "$headers" "$url/chat/completions" -H "$key" -H 'content-type: application/json' \
  -d '{"model": "sobrio/auto", "messages": [{"role": "user", "content": "What is the capital of France?"}]}'
echo
grep -i '^x-sobrio-' "$headers"

receipt=$(grep -i '^x-sobrio-receipt:' "$headers" | tr -d '\r' | cut -d ' ' -f 2)
curl -sS --fail-with-body "$url/receipts/$receipt" -H "$key"
echo
