"""Positions in our own currency."""

from typing import Annotated

import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def daily_rates(
    rates: Annotated[pa.Table, bauplan.Model("fx.rates")],
) -> pa.Table:
    """The rate of each currency."""
    import pyarrow.compute as pc

    whole = pc.cast(pc.round(rates["rate"]), pa.int64())
    return pa.table({"currency": rates["currency"], "rate": pc.cast(whole, pa.float64())})


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{{python}}")
def positions(
    trades: Annotated[pa.Table, bauplan.Model("valued_trades")],
) -> pa.Table:
    """How much of each currency a trade is worth."""
    import pyarrow.compute as pc

    units = pc.divide_checked(trades["amount"], trades["rate"])
    return trades.append_column("units", units)
