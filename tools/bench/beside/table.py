"""The results on the terminal."""

from steps.show import show as show_workload

from .goals import TIE


def show(figures: dict) -> None:
    for result in figures["results"].values():
        show_workload(result, result["enough_db"])
        for name, reason in result["refused"].items():
            print(f"  {name} takes no part: {reason}")
    print(f"\n{figures['processor']}; {figures['runs']} runs of {figures['seconds']:g} s for each workload\n")
    print(f"{'workload':<26}{'best peer':<29}{'peer us':>9}{'ours us':>9}  {'ratio (spread)':<21}"
          f"{'default':>8}{'from C':>7}{'floor':>7}{'aim':>6}")
    for result in figures["results"].values():
        print(_row(result))
    for bar in figures["bars"]:
        print(f"{bar['name']:<50}{bar['value']:>8.2f} {bar['unit']:<6}{_limit(bar)}{_peer(bar)}")
    print(f"\nlibraries, MB: {_sizes(figures)}")
    for one in figures["not_measured"]:
        print(f"not measured: {one['what']}: {one['why']}")
    missed = figures["floors_missed"]
    print(f"floors missed: {', '.join(missed) if missed else 'none'}")


def verdict(result: dict) -> str:
    """A word for a workload."""
    ratio, floor = result["ratio"], result["floor"]
    if not result["is_accurate"]:
        return "less accurate than the peer"
    if ratio < 1 - TIE:
        return "behind the peer"
    if ratio < 1 + TIE:
        return "a tie, floor missed" if floor else "a tie"
    if floor is None:
        return ""
    return "floor missed" if ratio < floor else "aim met" if ratio >= result["aim"] else ""


def _row(result: dict) -> str:
    contestants, best = result["contestants"], result["best_peer"]
    low, high = result["spread"]
    ratios = (result["ratio_by_default"], result["ratio_from_c"])
    default, from_c = (f"{value:.2f}" if value else "" for value in ratios)
    floor, aim = (f"{value:g}" if value else "" for value in (result["floor"], result["aim"]))
    return (
        f"{result['name']:<26}{best:<29}{contestants[best]['min_us']:>9.1f}"
        f"{contestants[result['our_call']]['min_us']:>9.1f}  {result['ratio']:<6.2f}{f'({low:.2f} to {high:.2f})':<15}"
        f"{default:>8}{from_c:>7}{floor:>7}{aim:>6}  {verdict(result)}")


def _limit(bar: dict) -> str:
    sign = "at least" if bar["unit"] == "times" else "at most"
    return f" floor {sign} {bar['floor']:g}, aim {bar['aim']:g}{'' if bar['floor_met'] else ': missed'}"


def _peer(bar: dict) -> str:
    return f" (best peer, {bar['best_peer']}: {bar['best_peer_value']:.1f})" if bar["best_peer"] else ""


def _sizes(figures: dict) -> str:
    return ", ".join(f"{name} {size / 1e6:.2f}" for name, size in figures["library_bytes"].items())
