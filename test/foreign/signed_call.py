"""A signed request as the bank's documents print it for Python, with python3-jwcrypto; ts is in milliseconds here."""
import json
import os
import sys
import time
import urllib.request

from jwcrypto import jwe, jwk, jws

path = sys.argv[1]
payload = json.loads(sys.argv[2])
ts = int(time.time()) if os.environ.get("TS") == "seconds" else int(time.time() * 1000)
key = jwk.JWK.from_pem(os.environ["SIGNING_KEY"].encode())
header = {"alg": "ES256", "kid": os.environ["KID"], "ts": ts, "targetUrl": path}
if "PAN" in os.environ:
    payment_key = jwk.JWK.from_json(os.environ["PAYMENT_KEY"])
    protected = json.dumps({"alg": "ECDH-ES+A256KW", "enc": "A256GCM"})
    sealed = jwe.JWE(os.environ["PAN"].encode(), protected=protected, recipient=payment_key)
    payload["encryptedCardNumber"] = sealed.serialize(compact=True)

signature = jws.JWS(json.dumps(payload))
signature.add_signature(key, protected=json.dumps(header), alg="ES256")
request = urllib.request.Request(
    os.environ["BANK_URL"] + path, signature.serialize(compact=True).encode(), {"Content-Type": "text/plain"}
)
try:
    answer = urllib.request.urlopen(request).read().decode()
except urllib.error.HTTPError as error:
    print(error.read().decode())
    sys.exit()

token = jws.JWS()
token.deserialize(answer)
question = json.dumps({"kid": token.jose_header["kid"]}).encode()
bank = urllib.request.Request(os.environ["BANK_URL"] + "/ecom/keys/public_key/get_v1", question)
bank_key = json.loads(urllib.request.urlopen(bank).read())["publicKey"]
token.verify(jwk.JWK.from_pem(bank_key.encode()))
print(token.payload.decode())
