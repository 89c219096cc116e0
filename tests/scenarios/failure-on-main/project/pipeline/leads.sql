-- bauplan: materialization_strategy=REPLACE
SELECT id, email, score
FROM crm.leads
