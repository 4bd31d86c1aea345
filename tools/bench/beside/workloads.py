"""All workloads by name, made when they are asked for."""

import functools

from steps import workloads as steps

from . import batch, goals, random_networks, zoo
from .workload import of_steps


def makers(networks, folder) -> dict:
    """Functions without parameters, by name, in the order of the table; without the zoo, those of random networks.

    Args:
        networks: the folder of the zoo.
        folder: where files of random networks go.
    """
    found = random_networks.all_in(folder)
    if networks.is_dir():
        found.update({make.__name__: functools.partial(make, networks) for make in zoo.ALL})
        found.update({make.__name__: functools.partial(_of_steps, make, networks) for make in steps.ALL})
        for threads in (1, 2):
            found[f"captcha_batch_{threads}"] = functools.partial(batch.captcha_batch, networks, threads)
    return {name: found[name] for name in goals.RATIOS if name in found}


def _of_steps(make, networks):
    return of_steps(make(networks))
