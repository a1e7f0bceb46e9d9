"""Lays libmodsecurity beside Gatehouse: reads the cases that `gatehouse waf eval` reads, prints a line of the same form for each.

    modsecurity.py --directives FILE [--time RUNS] < CASES

By the Python package libmodsecurity: a call costs a microsecond or so of binding, some twenty calls a transaction. Which rule interrupted it does not tell: blocked_by is -1 then.
"""
import argparse
import json
import statistics
import sys
import time

from libmodsecurity import ModSecurity, RulesSet


def text(characters):
    """The text whose bytes are the characters; the binding takes nothing that is not UTF-8."""
    try:
        return characters.encode("latin-1").decode()
    except UnicodeDecodeError:
        return characters


def said(message):
    """The logdata of a rule; empty where it is no UTF-8, which the binding does not give."""
    try:
        return message.data
    except UnicodeDecodeError:
        return ""


def has_text(message):
    try:
        return bool(message.message)
    except UnicodeDecodeError:
        return True


def run(engine, rules, case, body, answer):
    """All phases until one interrupts, then logging; the status, and the ids of matched rules that log with their logdata."""
    request = case["request"]
    response = case.get("response")
    with engine.transaction(rules) as tx:
        tx.process_connection("127.0.0.1", 54321, "127.0.0.1", 80)
        tx.process_uri(text(request["uri"]), request["method"], request["protocol"].removeprefix("HTTP/"))
        for name, value in request["headers"]:
            tx.add_request_header(text(name), text(value))
        tx.process_request_headers()
        stop = tx.intervention()
        if not stop:
            if body:
                tx.append_request_body(body)
            tx.process_request_body()
            stop = tx.intervention()
        if not stop and response:
            for name, value in response["headers"]:
                tx.add_response_header(text(name), text(value))
            tx.process_response_headers(response["status"], "HTTP/1.1")
            stop = tx.intervention()
            if not stop:
                tx.append_response_body(answer)
                tx.process_response_body()
                stop = tx.intervention()
        # Leaving the block runs the logging phase.
        return (stop.status if stop else 200), [(message.rule_id, said(message)) for message in tx.get_rule_messages() if has_text(message)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--directives", required=True)
    parser.add_argument("--time", type=int, default=1)
    options = parser.parse_args()
    engine = ModSecurity()
    engine.set_log_callback(lambda *line: None)
    rules = RulesSet()
    if rules.load_from_uri(options.directives) < 0:
        sys.exit("modsecurity: " + rules.get_parser_error())
    for case in json.load(sys.stdin):
        body = case["request"].get("body", "").encode("latin-1")
        answer = (case.get("response") or {}).get("body", "").encode("latin-1")
        status, matched = run(engine, rules, case, body, answer)
        micros = []
        for _ in range(options.time):
            start = time.thread_time_ns()
            run(engine, rules, case, body, answer)
            micros.append((time.thread_time_ns() - start) / 1000)
        print(json.dumps({"engine": "libmodsecurity", "case": case["name"], "status": status, "blocked_by": 0 if status == 200 else -1,
                          "rules": [rule for rule, _ in matched], "data": [data for _, data in matched], "us_median": statistics.median(micros), "alloc_bytes": -1}), flush=True)


if __name__ == "__main__":
    main()
