"""Serves localstripe on a local port, extended by features of Stripe that it lacks:

- the test card pm_card_mastercard;
- Idempotency-Key, as Stripe documents it (https://docs.stripe.com/api/idempotent_requests);
- faults, set by POST /_config/front/faults as a list, one for each of the next requests: null for none, or
  {"fault": "status" | "reset" | "hang", "effect": true | false, "status": 500, "headers": {}};
- GET /_config/front/requests: the received requests; GET /_config/front/hook: the next event that was sent.

Prints its port and some payment methods as JSON, and serves until its standard input ends.
"""

import asyncio
import json
import os
import sys

from aiohttp import web
from localstripe import resources, webhooks
from localstripe.server import app

WEBHOOK_SECRET = "whsec_canary"
PREFIX = "/_config/front"

answers = {}
under_way = set()
faults = []
requests = []
hooks = asyncio.Queue()


def error(status, kind, message):
    return web.json_response({"error": {"type": kind, "message": message}}, status=status)


async def idempotent(request, handler):
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or key is None:
        return await handler(request)
    asked = (request.path, await request.read())
    if key in under_way:
        return error(409, "idempotency_error", "another request with the key is under way")
    if key in answers:
        known, status, body = answers[key]
        if known != asked:
            return error(400, "idempotency_error", f"the key {key} was used for another request")
        headers = {"Idempotent-Replayed": "true"}
        return web.Response(status=status, body=body, content_type="application/json", headers=headers)
    under_way.add(key)
    try:
        await asyncio.sleep(0)
        answer = await handler(request)
    finally:
        under_way.remove(key)
    # Stripe does not store answers to requests that it refused before executing them.
    if answer.status < 400 or answer.status == 402:
        answers[key] = (asked, answer.status, answer.body)
    return answer


@web.middleware
async def front(request, handler):
    if not request.path.startswith("/v1/"):
        return await handler(request)
    body = (await request.read()).decode()
    headers = {name: request.headers.get(name) for name in ("Authorization", "Idempotency-Key", "Stripe-Version")}
    requests.append({"method": request.method, "path": request.path_qs, "body": body, **headers})
    fault = faults.pop(0) if faults else None
    if fault is None:
        return await idempotent(request, handler)
    if fault["effect"]:
        await idempotent(request, handler)
    if fault["fault"] == "hang":
        await asyncio.sleep(3600)
    if fault["fault"] == "reset":
        request.transport.abort()
        return web.Response()
    echo = f"{headers} {request.path_qs} {body}"
    answer = error(fault["status"], "api_error", echo)
    answer.headers.update(fault.get("headers", {}))
    return answer


async def set_faults(request):
    faults[:] = await request.json()
    return web.Response()


async def get_requests(request):
    return web.json_response(requests)


async def put_hook(request):
    await hooks.put({"payload": (await request.read()).decode(), "signature": request.headers["Stripe-Signature"]})
    return web.Response()


async def get_hook(request):
    return web.json_response(await hooks.get())


def card(number):
    details = {"number": number, "exp_month": "12", "exp_year": "2040", "cvc": "123"}
    return resources.PaymentMethod(type="card", card=details).id


known_payment_method = resources.PaymentMethod._api_retrieve


def payment_method(cls, id):
    if id == "pm_card_mastercard":
        id = card("5555555555554444")
    return known_payment_method(id)


async def main():
    resources.PaymentMethod._api_retrieve = classmethod(payment_method)
    resources.store.dump_to_disk = lambda: None
    app.middlewares.insert(0, front)
    app.router.add_post(PREFIX + "/faults", set_faults)
    app.router.add_get(PREFIX + "/requests", get_requests)
    app.router.add_post(PREFIX + "/hook", put_hook)
    app.router.add_get(PREFIX + "/hook", get_hook)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    webhooks.register_webhook("front", f"http://127.0.0.1:{port}{PREFIX}/hook", WEBHOOK_SECRET, None)
    cards = {
        "other": card("5555555555554444"),
        "refused": card("4000000000000002"),
        "declined": card("4000000000000341"),
        "authenticating": card("4000002760003184"),
    }
    print(json.dumps({"port": port, "webhookSecret": WEBHOOK_SECRET, **cards}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    # Exit without waiting for hanging requests.
    os._exit(0)


asyncio.run(main())
