"""Stands in for Stripe on a local port, with test and live mode, written from Stripe's documentation.

Idempotency-Key works as documented (https://docs.stripe.com/api/idempotent_requests): answers are stored for 24 hours,
failures too, and a request whose key is in use meets a 409. Requests and parameters that requests.json does not list are
refused as unknown. Control, all by POST of a JSON object unless noted:

- GET  /control/requests: the requests received so far. GET /control/hook: the next event that was sent, with its signature.
- /control/faults: a list, one fault for each of the next requests, or null. Each is {"fault": "status" | "html" | "reset" |
  "hang" | "huge" | "slow"} with "effect": whether the request is executed first; "status"; "headers"; "seconds"; "error":
  the error object; "stored": whether Stripe stores it for the key; "on": part of the "METHOD PATH" of a request that
  meets it.
- /control/set: {"lag": seconds of search, "has_search": bool, "advance": seconds of the clock}.
- /control/act: {"act": a method of Account, "arguments": [...], "live": bool}; answers with what it returns.

Prints its port as JSON, and serves until its standard input ends.
"""

import asyncio
import hashlib
import hmac
import json
import os
import pathlib
import re
import sys
import time

from aiohttp import web
from stripe_account import Account, Refusal

WEBHOOK_SECRET = "whsec_canary"
# The account and the mode of each key.
KEYS = {
    "Bearer sk_test_canary": "test",
    "Bearer rk_test_canary": "test",
    "Bearer sk_live_canary": "live",
    "Bearer sk_test_other": "other",
}
KEY_LIFE = 24 * 3600
TABLE = json.loads(pathlib.Path(__file__).with_name("requests.json").read_text())
KNOWN = {row["request"]: set(row["parameters"]) for row in TABLE["requests"]}

state = {"offset": 0}
answers, under_way, faults, requests = {}, set(), [], []
hooks = asyncio.Queue()


def clock():
    return int(time.time()) + state["offset"]


def send(event):
    payload = json.dumps(event)
    now = int(time.time())
    code = hmac.new(WEBHOOK_SECRET.encode(), f"{now}.{payload}".encode(), hashlib.sha256).hexdigest()
    hooks.put_nowait({"payload": payload, "signature": f"t={now},v1={code}"})


accounts = {name: Account(f"acct_{name}", name == "live", clock, send) for name in ("test", "live", "other")}


def answer(status, content):
    return web.json_response(content, status=status)


def check(method, path, fields):
    """Refuses what the table of requests does not list."""
    parts = [part if place % 2 == 0 or part == "search" else "…" for place, part in enumerate(path.split("/"))]
    known = KNOWN.get(f"{method} {'/'.join(parts)}")
    if known is None:
        raise Refusal(404, "invalid_request_error", "url_unknown")
    for name in fields:
        if re.sub(r"\[\d+\]", "[]", name) not in known:
            raise Refusal(400, "invalid_request_error", "parameter_unknown", param=name)


def execute(account, method, path, fields):
    check(method, path, fields)
    get, parts = method == "GET", path.split("/")
    match parts:
        case ["account"] if get:
            return {"id": account.id, "object": "account"}
        case ["events"] if get:
            return account.list_events(fields)
        case ["customers"]:
            return account.page(account.customers.values(), fields) if get else account.create_customer(fields)
        case ["customers", "search"]:
            return account.search(account.customers.values(), fields)
        case ["setup_intents"] if not get:
            return account.create_setup_intent(fields)
        case ["payment_methods", id]:
            return account.method(id) if get else account.update_method(id, fields)
        case ["payment_methods", id, "attach"]:
            return account.attach(id, fields)
        case ["payment_methods", id, "detach"]:
            return account.detach(id, fields)
        case ["payment_intents"]:
            return account.page(account.intents.values(), fields) if get else account.create_intent(fields)
        case ["payment_intents", "search"]:
            return account.search(account.intents.values(), fields)
        case ["payment_intents", id] if get:
            return account.one(account.intents, id)
        case ["payment_intents", id, "confirm"]:
            return account.confirm(id, fields)
        case ["payment_intents", id, "cancel"]:
            return account.cancel(id, fields)
        case ["refunds"]:
            return account.page(account.refunds.values(), fields) if get else account.create_refund(fields)
    raise Refusal(404, "invalid_request_error")


async def respond(request, fault=None):
    if request.headers.get("Authorization") not in KEYS:
        return answer(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}})
    owner = KEYS[request.headers["Authorization"]]
    method, path = request.method, request.path.removeprefix("/v1/")
    fields = dict(request.query if method == "GET" else await request.post())
    name = request.headers.get("Idempotency-Key")
    if method == "GET":
        return run(accounts[owner], method, path, fields)[0]
    if name is None:
        return answer(400, {"error": {"type": "invalid_request_error", "message": "this program sends keys"}})
    asked, key = (path, sorted(fields.items())), (owner, name)
    if key in under_way:
        return answer(409, {"error": {"type": "idempotency_error", "message": "in use"}})
    if key in answers and answers[key][0] > clock() - KEY_LIFE:
        _, known, status, body = answers[key]
        if known != asked:
            return answer(400, {"error": {"type": "idempotency_error", "message": f"the key {name} was used"}})
        headers = {"Idempotent-Replayed": "true"}
        return web.Response(status=status, body=body, content_type="application/json", headers=headers)
    under_way.add(key)
    try:
        await asyncio.sleep(0)
        made, is_stored = run(accounts[owner], method, path, fields)
        if fault and fault.get("stored"):
            made, is_stored = failure(fault, ""), True
    finally:
        under_way.remove(key)
    if is_stored:
        answers[key] = (clock(), asked, made.status, made.body)
    return made


def run(account, method, path, fields):
    """Returns an answer, and whether Stripe stores it."""
    try:
        return answer(200, execute(account, method, path, fields)), True
    except Refusal as refusal:
        return answer(refusal.status, {"error": refusal.error}), refusal.stored


def failure(fault, echo):
    headers = fault.get("headers", {})
    if fault["fault"] == "html":
        page = "<html><body><h1>Bad Request</h1></body></html>"
        return web.Response(status=fault["status"], text=page, content_type="text/html", headers=headers)
    error = fault.get("error") or {"type": "api_error", "message": echo}
    made = answer(fault["status"], {"error": error})
    made.headers.update(headers)
    return made


async def meet(request, fault, echo):
    if fault["fault"] == "slow":
        await asyncio.sleep(fault["seconds"])
        return await respond(request)
    if fault.get("stored") and not fault["effect"]:
        # Stripe fails before it does anything, and stores that.
        key = (KEYS[request.headers["Authorization"]], request.headers["Idempotency-Key"])
        made = failure(fault, "")
        asked = (request.path.removeprefix("/v1/"), sorted(dict(await request.post()).items()))
        answers[key] = (clock(), asked, made.status, made.body)
        return made
    if fault["effect"]:
        made = await respond(request, fault)
        if fault.get("stored"):
            return made
    if fault["fault"] == "hang":
        await asyncio.sleep(3600)
    if fault["fault"] == "reset":
        request.transport.abort()
        return web.Response()
    if fault["fault"] == "huge":
        made = web.StreamResponse()
        await made.prepare(request)
        for _ in range(64):
            await made.write(b" " * (1 << 20))
        return made
    return failure(fault, echo)


@web.middleware
async def front(request, handler):
    if not request.path.startswith("/v1/"):
        return await handler(request)
    body = (await request.read()).decode()
    headers = {name: request.headers.get(name) for name in ("Authorization", "Idempotency-Key", "Stripe-Version")}
    requests.append({"method": request.method, "path": request.path_qs, "body": body, "time": time.time(), **headers})
    fault = None
    if faults and (faults[0] is None or faults[0].get("on", "") in f"{request.method} {request.path}"):
        fault = faults.pop(0)
    made = await (meet(request, fault, f"{headers} {request.path_qs} {body}") if fault else respond(request))
    if not made.prepared:
        made.headers["Request-Id"] = f"req_{len(requests)}"
        made.headers["Date"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(clock()))
    return made


async def control(request):
    name = request.match_info["name"]
    if name == "requests":
        return web.json_response(requests)
    if name == "hook":
        return web.json_response(await hooks.get())
    content = await request.json()
    if name == "faults":
        faults[:] = content
    if name == "set":
        state["offset"] += content.pop("advance", 0)
        for account in accounts.values():
            for field, value in content.items():
                setattr(account, field, value)
    if name == "act":
        account = accounts["live" if content.get("live") else "test"]
        return web.json_response(getattr(account, content["act"])(*content["arguments"]))
    return web.json_response(None)


async def main():
    app = web.Application(middlewares=[front])
    app.router.add_route("*", "/control/{name}", control)
    app.router.add_route("*", "/v1/{rest:.*}", lambda request: web.Response())
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    print(json.dumps({"port": port, "webhookSecret": WEBHOOK_SECRET}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    # Exit without waiting for hanging requests.
    os._exit(0)


asyncio.run(main())
