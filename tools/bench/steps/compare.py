"""What several runs say together: each contestant's times, and the best peer beside ours."""

import statistics

ENOUGH_DB = 12  # a peer that computes something else than the network is shown, but is no peer to be compared with


def compare(runs, name, all_ours, enough_db=ENOUGH_DB):
    """One network over all runs: each contestant, and the best peer's minimum over ours in each run."""
    table = {
        contestant: {
            "min_us": min(run[name][contestant]["min_us"] for run in runs),
            "median_us": statistics.median(run[name][contestant]["median_us"] for run in runs),
            "steps": sum(run[name][contestant]["steps"] for run in runs),
            "snr_db": first["snr_db"],
        }
        for contestant, first in runs[0][name].items()
    }
    peers = [one for one, row in table.items() if one not in all_ours and row["snr_db"] >= enough_db]
    best = min(peers, key=lambda one: table[one]["min_us"])
    ratios = {}
    for ours in all_ours:
        of_each = [min(run[name][one]["min_us"] for one in peers) / run[name][ours]["min_us"] for run in runs]
        ratios[ours] = {
            "of_each_run": of_each, "min": min(of_each), "median": statistics.median(of_each), "max": max(of_each),
        }
    return {"contestants": table, "best_peer": best, "ratios": ratios}
