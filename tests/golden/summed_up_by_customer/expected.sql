SELECT '{"summary":' || (SELECT CASE WHEN (count(*) > 1000) THEN '' ELSE '[' || coalesce(group_concat('{"customer":' || CASE WHEN q9.c0 THEN q9.c1 || q9.c2 || '}' ELSE 'null' END || q9.c3, ','), '') || ']' END AS anon_1 
FROM (SELECT t5.id IS NOT NULL AS c0, '{"name":' || json_quote(t5.name) || ',"invoices":' AS c1, (SELECT '{"totalCount":' || (SELECT count(*) AS count_1 
FROM invoice AS t8 
WHERE t8.account_id = :account_id AND t8.expires_at IS NULL AND t8.customer_id = t5.id) || ',"nodes":[' || coalesce(group_concat(p6.c0, ','), '') || ']}' AS anon_2 
FROM (SELECT '{"number":' || json_quote(t7.number) || '}' AS c0 
FROM invoice AS t7 
WHERE t7.account_id = :account_id AND t7.expires_at IS NULL AND t7.customer_id = t5.id ORDER BY t7.created_at DESC, t7.id DESC
 LIMIT :a7_0 OFFSET :param_1) AS p6) AS c2, ',"currency":' || json_quote(g4.currency) || ',"amountRemaining":' || CASE WHEN (g4.amount_remaining BETWEEN -9007199254740991 AND 9007199254740991) THEN g4.amount_remaining ELSE '' END || '}' AS c3 
FROM (SELECT g10.currency AS currency, g10.customer_id AS customer_id, g10.amount_remaining AS amount_remaining, g10.remaining AS remaining, dense_rank() OVER (PARTITION BY g10.currency ORDER BY g10.remaining DESC, g10.customer_id) AS place 
FROM (SELECT t3.currency AS currency, t3.customer_id AS customer_id, sum(t3.amount_remaining >> 26) * 67108864 + sum(t3.amount_remaining & 67108863) AS amount_remaining, sum(CAST(sum(t3.amount_remaining >> 26) * 67108864 + sum(t3.amount_remaining & 67108863) AS FLOAT)) OVER (PARTITION BY t3.currency, t3.customer_id) AS remaining 
FROM invoice AS t3 
WHERE t3.account_id = :account_id AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND t3.status IN (SELECT chosen.value 
FROM json_each(:a0_1) AS chosen) GROUP BY t3.currency, t3.customer_id) AS g10) AS g4 LEFT OUTER JOIN customer AS t5 ON t5.account_id = :account_id AND t5.id = g4.customer_id 
WHERE g4.place <= 100 ORDER BY g4.currency, g4.customer_id
 LIMIT 1001 OFFSET :param_2) AS q9) || '}' AS c0, (SELECT coalesce(max('{"invoices":{"summary":' || q7.c0 || '}}'), 'null') AS coalesce_1 
FROM (SELECT (SELECT CASE WHEN (count(*) > 1000) THEN '' ELSE '[' || coalesce(group_concat(q6.c0, ','), '') || ']' END AS anon_3 
FROM (SELECT '{"currency":' || json_quote(g5.currency) || ',"count":' || g5.count || ',"total":' || CASE WHEN (g5.total BETWEEN -9007199254740991 AND 9007199254740991) THEN g5.total ELSE '' END || '}' AS c0 
FROM (SELECT t4.currency AS currency, count(*) AS count, sum(t4.total >> 26) * 67108864 + sum(t4.total & 67108863) AS total 
FROM invoice AS t4 
WHERE t4.account_id = :account_id AND t4.expires_at IS NULL AND t4.customer_id = t1.id GROUP BY t4.currency) AS g5 ORDER BY g5.currency
 LIMIT 1001 OFFSET :param_3) AS q6) AS c0 
FROM customer AS t1 
WHERE t1.account_id = :account_id AND t1.id = :a1_0
 LIMIT 1 OFFSET :param_4) AS q7) AS c1
