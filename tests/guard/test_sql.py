"""SQL: one SELECT, read-only, with a bounded result; whatever it is dressed up as."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_guard import sql

BOUNDED = r"""
SELECT count(*) FROM t
SELECT COUNT(*) as n FROM nyc.flights
SELECT MIN(a), MAX(a), COUNT(*) - COUNT(a) as nulls FROM ns.t
SELECT * FROM ns.t LIMIT 20
SELECT * FROM ns.t LIMIT 20;
SELECT * FROM ns.t LIMIT 5 OFFSET 100
SELECT * FROM t FETCH FIRST 20 ROWS ONLY
SELECT a FROM t UNION ALL SELECT b FROM u LIMIT 20
(SELECT a FROM t LIMIT 20)
(SELECT a FROM t) LIMIT 10
WITH x AS (SELECT a FROM t) SELECT * FROM x LIMIT 3
WITH x AS (SELECT a FROM t), y AS (SELECT * FROM x) SELECT count(*) FROM y
SELECT arrow_typeof(dep_delay) FROM t LIMIT 1
SELECT count(*) FILTER (WHERE a IS NULL) FROM t
SELECT approx_distinct(a), median(b), stddev(c), approx_percentile_cont(x, 0.5) FROM t
SELECT carrier, count(*) FROM t GROUP BY carrier ORDER BY 2 DESC LIMIT 20
SELECT "Weird Col" FROM ns.t LIMIT 20
SELECT * FROM t WHERE a !~ '^-?\d+$' LIMIT 20
SELECT a::double, try_cast(a as double) FROM t LIMIT 20
SELECT sum(CASE WHEN a IS NULL THEN 1 ELSE 0 END) FROM t
SELECT * EXCLUDE (a) FROM t LIMIT 20
SELECT count(*) FROM t -- LIMIT
SELECT string_agg(x, ',') FROM (SELECT DISTINCT x FROM t LIMIT 20)
SELECT cardinality(array_agg(DISTINCT x)) AS n FROM t
SELECT a, array[b, c] FROM t LIMIT 20
SELECT * FROM a JOIN b ON a.x = b.x LIMIT 20
SELECT max(length(a)), bool_and(b), var_pop(c), corr(a,b), covar_pop(a,b) FROM t
SELECT * FROM information_schema.columns LIMIT 20
SELECT (SELECT count(*) FROM t) AS a, (SELECT count(*) FROM u) AS b LIMIT 1
SELECT min(x) AS "LIMIT" FROM t HAVING count(*) > 1
SELECT regexp_like(a, 'x'), date_trunc('day', b), extract(year from b) FROM t LIMIT 2
SELECT first_value(a ORDER BY b) FROM t
SELECT approx_percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM t
SELECT t.a.b.c.d FROM t LIMIT 1
SELECT replace(a, '--', '') FROM t LIMIT 2
SELECT 'DROP TABLE t; SELECT 1' FROM t LIMIT 1
SELECT a FROM t ORDER BY a LIMIT 20 -- the top
""".strip().splitlines()

REFUSED = r"""
SELECT * FROM t
SELECT 1
SELECT * FROM t LIMIT 21
SELECT * FROM t LIMIT ALL
SELECT * FROM t LIMIT NULL
SELECT * FROM t LIMIT 10+10
SELECT * FROM t LIMIT -1
SELECT * FROM t LIMIT 20 PERCENT
SELECT * FROM t LIMIT 20%
SELECT * FROM t LIMIT 1e1
SELECT * FROM t LIMIT '20'
SELECT * FROM t LIMIT (SELECT 20)
SELECT * FROM t LIMIT 0x14
SELECT * FROM t LIMIT $1
SELECT * FROM t -- LIMIT 20
SELECT * FROM t /* LIMIT 20 */
SELECT * FROM t /* /* */ LIMIT 20 -- */
SELECT * FROM (SELECT * FROM t LIMIT 20) x, u
SELECT * FROM (SELECT * FROM t LIMIT 20)
SELECT 'LIMIT 20' FROM t
SELECT a AS "x LIMIT 20" FROM t
WITH x AS (SELECT a FROM t LIMIT 20) SELECT * FROM x, u
SELECT count(*) OVER () FROM t
SELECT count(*) FILTER (WHERE a) OVER () FROM t
SELECT max(a) OVER (PARTITION BY b) FROM t
SELECT sum(count(*)) OVER (), a FROM t GROUP BY a
SELECT unnest(array_agg(a)) FROM t
SELECT array_agg(a) FROM t
SELECT array_agg(a) FROM t LIMIT 1
SELECT b, array_agg(a) FROM t GROUP BY b LIMIT 20
SELECT array_agg(a) OVER () FROM t LIMIT 1
SELECT count(*), (SELECT array_agg(a) FROM t) FROM t
WITH x AS (SELECT string_agg(a, ',') AS s FROM t) SELECT s FROM x LIMIT 1
SELECT ARRAY(SELECT a FROM t) LIMIT 1
SELECT * FROM "main@abc".t LIMIT 20
SELECT string_agg(a, ',') FROM t
SELECT string_agg(x, ',') FROM (SELECT x FROM t LIMIT 20), u
SELECT string_agg(x, ',') FROM (SELECT x FROM t)
SELECT count(*), unnest([1,2,3]) FROM t
SELECT generate_series(1, 100000), count(*) FROM t
SELECT explode(a), count(*) FROM t
SELECT carrier, count(*) FROM t GROUP BY carrier
SELECT count(*) FROM t GROUP BY ALL
SELECT count(*) FROM t GROUP BY GROUPING SETS ((a),(b))
SELECT (SELECT count(*) FROM t), x FROM t
SELECT x FROM t WHERE x > (SELECT max(x) FROM t)
SELECT x FROM t WHERE EXISTS (SELECT count(*) FROM u)
SELECT any_thing(a) FROM t
SELECT count(*) FROM t UNION ALL SELECT x FROM t
(SELECT a FROM t LIMIT 20) UNION ALL (SELECT a FROM t)
SELECT * FROM t LIMIT 20 OFFSET 0 UNION ALL SELECT * FROM t
SELECT 1; SELECT 2
SELECT * FROM t LIMIT 20; DROP TABLE t
DROP TABLE t
DELETE FROM t
UPDATE t SET a = 1
TRUNCATE TABLE t
ALTER TABLE t ADD COLUMN b int
INSERT INTO t SELECT * FROM u LIMIT 20
CREATE TABLE x AS SELECT * FROM u LIMIT 20
SELECT * INTO x FROM t LIMIT 20
SELECT * FROM t LIMIT 20 FOR UPDATE
WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x LIMIT 20
COPY t TO 'x.csv'
EXPLAIN ANALYZE SELECT * FROM t LIMIT 20
EXPLAIN SELECT * FROM t LIMIT 20
SHOW TABLES
DESCRIBE t
SET x = 1
PRAGMA x
ATTACH 'x'
INSTALL httpfs
CALL x()
VALUES (1),(2)
FROM t
SUMMARIZE t
PIVOT t ON a USING count(*)
SELECT * FROM read_parquet('s3://x/y') LIMIT 20
SELECT * FROM read_csv_auto('/etc/passwd') LIMIT 20
SELECT * FROM 's3://bucket/x.parquet' LIMIT 20
SELECT * FROM "data.csv" LIMIT 20
SELECT * FROM main.ns.t LIMIT 20
SELECT * FROM "t@main" LIMIT 20
SELECT * FROM t FETCH FIRST 20 ROWS WITH TIES
SELECT * FROM t FETCH FIRST 50 PERCENT ROWS ONLY
SELECT * FROM t FETCH FIRST 21 ROWS ONLY
SELECT $$ a $$ FROM t LIMIT 2
SELECT E'\'' FROM t -- ' LIMIT 20
SELECT * FROM t WHERE a = {{ x }} LIMIT 20
SELECT * FROM t WHERE
SELECT * FROM t AT (VERSION => 3) LIMIT 20
SELECT * FROM t FOR SYSTEM_TIME AS OF '2020-01-01' LIMIT 2
SELECT getenv('HOME') FROM t LIMIT 1
SELECT count(*) OVER w FROM t WINDOW w AS ()
SELECT * FROM t LIMIT 20 BY a
""".strip().splitlines()


@pytest.mark.parametrize("query", BOUNDED)
def test_a_bounded_read_has_no_objections(query: str):
    assert sql.objections(query) == []


@pytest.mark.parametrize("query", [*REFUSED, "", ";", "SELECT * FROM t\x00 LIMIT 1"])
def test_what_writes_or_is_not_bounded_is_refused(query: str):
    assert sql.objections(query)


def test_a_query_too_long_to_read_is_refused():
    assert sql.objections("SELECT " + "a," * 20_000 + "b FROM t LIMIT 1")


def test_deep_nesting_is_an_objection_and_no_crash():
    query = "SELECT " + "(" * 3000 + "1" + ")" * 3000 + " FROM t LIMIT 1"
    assert isinstance(sql.objections(query), list)


@pytest.mark.parametrize(
    "query", ["SELECT * FROM t", "SELECT * FROM t LIMIT 100", "SELECT a FROM t;"]
)
def test_the_bounded_form_of_a_query_is_one(query: str):
    better = sql.bounded_form(query)
    assert better.startswith(query[:9])
    assert sql.objections(better) == []


def test_no_bounded_form_is_made_of_what_is_no_read():
    assert sql.bounded_form("DROP TABLE t") == ""


NOISE = st.sampled_from([" ", "\n", "\t", " /* LIMIT 1 */ ", " -- LIMIT 5\n", "\r\n"])


@settings(max_examples=120)
@given(st.sampled_from([q for q in REFUSED if "--" not in q and "/*" not in q]), st.lists(NOISE))
def test_white_space_and_comments_never_make_a_query_allowed(query: str, noise: list[str]):
    padded = "".join(noise) + "".join(f"{word}{''.join(noise) or ' '}" for word in query.split(" "))
    assert sql.objections(padded)


@settings(max_examples=60)
@given(st.sampled_from(BOUNDED), st.sampled_from(["t2", "u", "ns.x"]))
def test_a_bounded_query_beside_an_unbounded_one_is_refused(query: str, table: str):
    assert sql.objections(f"{query.rstrip(';')}\n; SELECT * FROM {table}")
    assert sql.objections(f"SELECT * FROM {table}, ({query.rstrip(';')}\n) AS x")
