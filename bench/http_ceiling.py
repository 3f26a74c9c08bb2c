"""The ceiling of the HTTP figures: bare Flask routes with the same token check and one call of
PyMongo each. gunicorn serves `app` by as many processes and threads as the portal has.
"""

import os
from typing import Any

from flask import Flask, Response, abort, request
from pymongo.write_concern import WriteConcern

from api.fast_json import dumps
from billing import database
from billing.errors import Unauthenticated
from billing.ids import new_id
from billing.users.tokens import Tokens

app = Flask("ceiling")
tokens = Tokens(os.environ["JWT_SECRET"], os.environ["PUBLIC_URL"])


def _json(body: Any, status: int = 200) -> Response:
    return Response(dumps(body), status, content_type="application/json")


def _check_token() -> None:
    try:
        tokens.read(request.headers.get("Authorization", "").removeprefix("Bearer "))
    except Unauthenticated:
        abort(401)


@app.get("/bare")
def bare() -> Response:
    """Flask alone."""
    return _json({"status": "ok"})


@app.get("/customers/<customer_id>")
def customer(customer_id: str) -> Response:
    """One find_one."""
    _check_token()
    return _json(database.database().customers.find_one({"_id": customer_id}))


@app.get("/<any(customers, invoices):name>")
def listing(name: str) -> Response:
    """One find().limit(20), newest first."""
    _check_token()
    return _json(list(database.database()[name].find().sort("_id", -1).limit(20)))


@app.post("/customers")
def create() -> Response:
    """One insert_one, majority and journal."""
    _check_token()
    row = {"_id": new_id("cus"), **request.get_json()}
    majority = WriteConcern("majority", j=True)
    database.database().get_collection("raw_customers", write_concern=majority).insert_one(row)
    return _json(row, 201)
