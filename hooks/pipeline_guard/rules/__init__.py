"""One module for each hard rule, with the same three names in each.

`NUMBER` is the rule's number, `HANDLES` the effects it looks at, and `judge(effect, context)`
yields a `Finding` for each objection. No finding means that this rule has nothing against it.
"""
