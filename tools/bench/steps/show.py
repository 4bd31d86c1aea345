"""The comparison of one workload, on the terminal."""

from .compare import ENOUGH_DB


def show(result, enough_db=ENOUGH_DB):
    """Prints what compare found, with the name and the unit of the workload."""
    print(f"\n{result['name']}, {result['unit']}")
    print(f"  {'':<36}{'min us':>9}{'median us':>11}{'steps':>9}{'SNR dB':>9}")
    for name, row in result["contestants"].items():
        remark = "  <- best peer" if name == result["best_peer"] else ""
        is_near = row["snr_db"] is None or row["snr_db"] >= enough_db
        remark = remark or ("" if is_near else f"  below {enough_db} dB: does not count")
        figures = f"{row['min_us']:>9.1f}{row['median_us']:>11.1f}{row['steps']:>9}{decibels(row['snr_db']):>9}"
        print(f"  {name:<36}{figures}{remark}")
    for ours, ratio in result["ratios"].items():
        print(f"  {ours}: {ratio['median']:.2f} times as fast as the best peer "
              f"({ratio['min']:.2f} to {ratio['max']:.2f} over {len(ratio['of_each_run'])} runs)")


def decibels(value) -> str:
    """None and infinity: equal to the reference, to the bit."""
    return "equal" if value in (None, float("inf")) else f"{value:.1f}"
