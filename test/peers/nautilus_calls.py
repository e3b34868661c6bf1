"""What the reads of nautilus_trader make of a running paper venue: one line of JSON for each call, as pybit_calls.py writes them.

Its types are strict: a documented field that is missing is an error there. One order is placed first, without that library, so that
there is something to read. Its reads of orders, and all that it sends of them, are left out: in this release they end inside the
library ("`base_coin` must be initialized", "`order_id` must be initialized") before anything is sent.
"""

import asyncio
import hashlib
import hmac
import json
import os
import re
import time
import urllib.request

from nautilus_trader.core import nautilus_pyo3 as nautilus

URL = os.environ["PAPER_URL"]
KEY = os.environ["PAPER_API_KEY"]
SECRET = os.environ["PAPER_API_SECRET"]
LINEAR = nautilus.BybitProductType.LINEAR
ACCOUNT = nautilus.AccountId("BYBIT-001")
BTC = nautilus.InstrumentId.from_str("BTCUSDT-LINEAR.BYBIT")


def place(**order):
    body = json.dumps({"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "qty": "0.01", **order})
    stamp, window = str(int(time.time() * 1000)), "5000"
    sign = hmac.new(SECRET.encode(), (stamp + KEY + window + body).encode(), hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "X-BAPI-API-KEY": KEY,
        "X-BAPI-TIMESTAMP": stamp,
        "X-BAPI-RECV-WINDOW": window,
        "X-BAPI-SIGN": sign,
    }
    request = urllib.request.Request(URL + "/v5/order/create", body.encode(), headers)
    with urllib.request.urlopen(request) as answer:
        code = json.load(answer)["retCode"]
        assert code == 0, f"the venue refused the order to read: {code}"


async def call(name, ask, holds=lambda result: True):
    try:
        result = await ask()
        worked = holds(result)
        line = {"call": name, "came": "worked" if worked else "failed"}
        if not worked:
            line["reason"] = f"the result is not what was expected: {str(result)[:300]}"
        kept = result if worked else None
    except Exception as error:
        code = re.search(r"(?:code|Bybit error) ?:? ?(\d{5,6})", str(error))
        line = {"call": name, "came": int(code[1])} if code else {"call": name, "came": "failed", "reason": str(error)[:300]}
        kept = None
    print(json.dumps(line), flush=True)
    return kept


async def main():
    place(orderType="Market", orderLinkId="market")
    place(orderType="Limit", price="50000", orderLinkId="resting")
    http = nautilus.BybitHttpClient(api_key=KEY, api_secret=SECRET, base_url=URL, timeout_secs=10, max_retries=0)
    unified = nautilus.BybitAccountType.UNIFIED
    instruments = await call("instruments", lambda: http.request_instruments(LINEAR), lambda found: len(found) == 8)
    for instrument in instruments or []:
        http.add_instrument(instrument)
    await call("instrument of a name", lambda: http.request_instruments(LINEAR, "ETHUSDT"), lambda found: len(found) == 1)
    await call("spot instruments", lambda: http.request_instruments(nautilus.BybitProductType.SPOT))
    await call("account state", lambda: http.request_account_state(unified, ACCOUNT))
    await call("fee rates", lambda: http.request_fee_rates(LINEAR), lambda found: len(found) == 8)
    await call("fee rate of a symbol", lambda: http.request_fee_rates(LINEAR, "ETHUSDT"), lambda found: len(found) == 1)
    await call("fills of all", lambda: http.request_fill_reports(ACCOUNT, LINEAR), lambda found: len(found) == 1)
    await call("positions of all", lambda: http.request_position_status_reports(ACCOUNT, LINEAR), lambda found: len(found) == 1)
    await call("fills", lambda: http.request_fill_reports(ACCOUNT, LINEAR, BTC), lambda found: len(found) == 1)
    await call("positions", lambda: http.request_position_status_reports(ACCOUNT, LINEAR, BTC), lambda found: len(found) == 1)
    await call("trades", lambda: http.request_trades(LINEAR, BTC), lambda found: len(found) == 1)
    bars = nautilus.BarType.from_str("BTCUSDT-LINEAR.BYBIT-1-MINUTE-LAST-EXTERNAL")
    await call("bars", lambda: http.request_bars(LINEAR, bars, limit=5), lambda found: len(found) > 0)


asyncio.run(main())
