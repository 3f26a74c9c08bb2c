"""`python -m api.openapi` prints the document as docs/openapi.json keeps it."""

import json

from api.openapi.document import document
from api.routes import PREFIX, features

if __name__ == "__main__":
    print(json.dumps(document(features(), PREFIX), indent=1, ensure_ascii=False))
