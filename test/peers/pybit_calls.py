"""What pybit makes of a running paper venue: one line of JSON for each call.

PAPER_URL, PAPER_API_KEY and PAPER_API_SECRET say where it is. What came of a call is "worked", a code of the venue that refused it,
"not served", or "failed" with a reason. Which of them is right stands in expected.json.
"""

import json
import logging
import os
import time

from pybit.exceptions import FailedRequestError, InvalidRequestError
from pybit.unified_trading import HTTP

logging.disable(logging.CRITICAL)

URL = os.environ["PAPER_URL"]
KEY = os.environ["PAPER_API_KEY"]
SECRET = os.environ["PAPER_API_SECRET"]
NOT_SERVED = (404, 10404)
LINEAR = {"category": "linear"}
BTC = {"category": "linear", "symbol": "BTCUSDT"}
ETH = {"category": "linear", "symbol": "ETHUSDT"}


def session(key=KEY, secret=SECRET):
    opened = HTTP(testnet=False, api_key=key, api_secret=secret)
    opened.endpoint = URL
    return opened


def call(name, ask, holds=lambda result: True):
    """Prints what came of one call. holds: what its result must say for it to have worked."""
    try:
        answer = ask()
        worked = holds(answer["result"])
        line = {"call": name, "came": "worked" if worked else "failed"}
        if not worked:
            line["reason"] = f"the result is not what was expected: {json.dumps(answer['result'])[:300]}"
    except (InvalidRequestError, FailedRequestError) as error:
        code = error.status_code
        line = {"call": name, "came": "not served" if code in NOT_SERVED else code}
    except Exception as error:  # whatever the library makes of an answer that it does not understand
        line = {"call": name, "came": "failed", "reason": repr(error)[:300]}
    print(json.dumps(line), flush=True)


def rows(result):
    return len(result["list"]) > 0


def only(key, value):
    return lambda result: [row[key] for row in result["list"]] == [value]


def public(http):
    now = int(time.time() * 1000)
    call("server time", http.get_server_time, lambda result: int(result["timeSecond"]) > 0)
    call("kline", lambda: http.get_kline(**BTC, interval=1, limit=5), lambda result: len(result["list"]) == 5)
    call("kline of a time", lambda: http.get_kline(**BTC, interval=5, start=now - 3_600_000, end=now), rows)
    call("mark price kline", lambda: http.get_mark_price_kline(**BTC, interval=1, limit=5), lambda r: len(r["list"][0]) == 5)
    call("index price kline", lambda: http.get_index_price_kline(**BTC, interval=1))
    call("instruments", lambda: http.get_instruments_info(**LINEAR), lambda result: len(result["list"]) == 8)
    call("instruments of a base coin", lambda: http.get_instruments_info(**LINEAR, baseCoin="ETH"), only("symbol", "ETHUSDT"))
    call("orderbook", lambda: http.get_orderbook(**BTC), lambda r: float(r["b"][0][0]) < float(r["a"][0][0]))
    call("tickers", lambda: http.get_tickers(**LINEAR), lambda result: len(result["list"]) == 8)
    call("ticker", lambda: http.get_tickers(**BTC), only("symbol", "BTCUSDT"))
    call("funding rates", lambda: http.get_funding_rate_history(**BTC, limit=3), lambda result: len(result["list"]) == 3)
    call("open interest", lambda: http.get_open_interest(**BTC, intervalTime="5min"))
    call("risk limits", lambda: http.get_risk_limit(**BTC), lambda result: result["list"][0]["maxLeverage"] == "100.00")
    call("price limit", lambda: http.get_price_limit(**BTC), lambda r: float(r["sellLmt"]) < float(r["buyLmt"]))
    call("system status", http.get_system_status, lambda result: result["list"] == [])


def account(http):
    call("wallet", lambda: http.get_wallet_balance(accountType="UNIFIED"), lambda r: r["list"][0]["coin"][0]["coin"] == "USDT")
    call("wallet of a coin", lambda: http.get_wallet_balance(accountType="UNIFIED", coin="BTC"), lambda r: r["list"][0]["coin"] == [])
    call("account", http.get_account_info, lambda result: result["marginMode"] == "REGULAR_MARGIN")
    call("fee rates", lambda: http.get_fee_rates(**BTC), only("takerFeeRate", "0.00055"))
    call("api key", http.get_api_key_information, lambda result: result["readOnly"] == 0)
    call("user settings", http.get_user_setting_config, lambda result: result["lpaPerp"] is True)
    call("margin mode", lambda: http.set_margin_mode(setMarginMode="ISOLATED_MARGIN"))
    call("leverage", lambda: http.set_leverage(**BTC, buyLeverage="5", sellLeverage="5"))
    call("leverage again", lambda: http.set_leverage(**BTC, buyLeverage="5", sellLeverage="5"))
    call("position mode again", lambda: http.switch_position_mode(**BTC, mode=0))


def orders(http):
    market = {**BTC, "side": "Buy", "orderType": "Market", "qty": "0.01"}
    resting = {**BTC, "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "50000", "timeInForce": "GTC"}
    named = lambda name: {**BTC, "orderLinkId": name}
    call("pre-check", lambda: http.pre_check_order(**resting), lambda r: r["postImrE4"] > r["preImrE4"])
    call("market order", lambda: http.place_order(**market, orderLinkId="market"), lambda r: r["orderLinkId"] == "market")
    call("order of a used id", lambda: http.place_order(**market, orderLinkId="market"))
    call("limit order", lambda: http.place_order(**resting, orderLinkId="resting"))
    call("another limit order", lambda: http.place_order(**{**resting, **ETH, "price": "1000"}, orderLinkId="other"))
    call("post-only order", lambda: http.place_order(**{**resting, "timeInForce": "PostOnly"}, orderLinkId="maker"))
    call("open orders", lambda: http.get_open_orders(**BTC), lambda result: len(result["list"]) == 2)
    call("order by its id", lambda: http.get_open_orders(**named("market")), only("orderStatus", "Filled"))
    call("open orders of no market", lambda: http.get_open_orders(**LINEAR))
    call("amend price", lambda: http.amend_order(**named("resting"), price="51000"))
    call("amend quantity", lambda: http.amend_order(**named("resting"), qty="0.02"))
    call("amended order", lambda: http.get_open_orders(**named("resting")), lambda r: (r["list"][0]["price"], r["list"][0]["qty"]) == ("51000", "0.02"))
    call("amend nothing there", lambda: http.amend_order(**named("absent"), price="51000"))
    call("cancel", lambda: http.cancel_order(**named("resting")))
    call("cancel again", lambda: http.cancel_order(**named("resting")))
    call("cancel all", lambda: http.cancel_all_orders(**LINEAR, settleCoin="USDT"), lambda result: len(result["list"]) == 2)
    call("order history", lambda: http.get_order_history(**BTC), lambda result: len(result["list"]) == 3)
    call("executions", lambda: http.get_executions(**BTC), only("orderLinkId", "market"))
    call("public trades", lambda: http.get_public_trade_history(**BTC), only("side", "Buy"))
    call("position", lambda: http.get_positions(**BTC), only("size", "0.01"))
    call("positions", lambda: http.get_positions(**LINEAR, settleCoin="USDT"), only("leverage", "5"))
    stops = dict(tpslMode="Full", positionIdx=0)
    call("stop of the position", lambda: http.set_trading_stop(**BTC, stopLoss="1000", **stops))
    call("the same stop again", lambda: http.set_trading_stop(**BTC, stopLoss="1000", **stops))
    call("stops", lambda: http.get_open_orders(**BTC, orderFilter="StopOrder"), only("stopOrderType", "StopLoss"))
    call("closing order", lambda: http.place_order(**{**market, "side": "Sell"}, reduceOnly=True))
    call("closed profit", lambda: http.get_closed_pnl(**BTC), only("closedSize", "0.01"))
    call("transactions", lambda: http.get_transaction_log(accountType="UNIFIED"), lambda result: len(result["list"]) == 2)
    refusals(http, market)


def refusals(http, market):
    call("batch of orders", lambda: http.place_batch_order(**LINEAR, request=[market]))
    call("stop-loss of a position", lambda: http.set_trading_stop(**BTC, stopLoss="1000", tpslMode="Full", positionIdx=0))
    call("spot order", lambda: http.place_order(**{**market, "category": "spot"}))
    call("hedge order", lambda: http.place_order(**market, positionIdx=1))
    call("order with a partial take-profit", lambda: http.place_order(**market, takeProfit="200000", tpslMode="Partial"))
    call("order beyond the funds", lambda: http.place_order(**{**market, "qty": "100"}))
    call("reducing order without a position", lambda: http.place_order(**market, reduceOnly=True))
    stranger, liar = session(key="unknown"), session(secret="wrong")
    call("unknown key", lambda: stranger.get_wallet_balance(accountType="UNIFIED"))
    call("wrong signature", lambda: liar.get_wallet_balance(accountType="UNIFIED"))


if __name__ == "__main__":
    opened = session()
    public(opened)
    account(opened)
    orders(opened)
