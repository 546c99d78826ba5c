SELECT (SELECT '{"edges":[' || coalesce(group_concat(p1.c0, ','), '') || '],"pageInfo":{"hasNextPage":' || CASE WHEN (EXISTS (SELECT t3.account_id, t3.id, t3.due_at 
FROM invoice AS t3 
WHERE t3.account_id = :account_id AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND (t3.due_at, t3.id) > (:a0_1, :a0_2) UNION ALL SELECT t3.account_id, t3.id, t3.due_at 
FROM invoice AS t3 
WHERE t3.account_id = :account_id AND t3.expires_at IS NULL AND t3.test_clock_id IS NULL AND t3.due_at IS NULL ORDER BY due_at ASC NULLS LAST, id ASC
 LIMIT 1 OFFSET :a0_0)) THEN 'true' ELSE 'false' END || '}}' AS anon_1 
FROM (SELECT '{"cursor":"' || hex('Query.invoices:DUE_AT:ASC|[' || json_quote(t2.due_at) || ',' || json_quote(t2.id) || ']') || '","node":{"id":' || json_quote(t2.id) || ',"dueAt":' || json_quote(t2.due_at) || '}}' AS c0 
FROM (SELECT t4.account_id AS account_id, t4.id AS id, t4.due_at AS due_at 
FROM invoice AS t4 
WHERE t4.account_id = :account_id AND t4.expires_at IS NULL AND t4.test_clock_id IS NULL AND (t4.due_at, t4.id) > (:a0_1, :a0_2) UNION ALL SELECT t4.account_id AS account_id, t4.id AS id, t4.due_at AS due_at 
FROM invoice AS t4 
WHERE t4.account_id = :account_id AND t4.expires_at IS NULL AND t4.test_clock_id IS NULL AND t4.due_at IS NULL ORDER BY due_at ASC NULLS LAST, id ASC
 LIMIT :a0_0 OFFSET :param_1) AS k5 LEFT OUTER JOIN invoice AS t2 ON t2.account_id = :account_id AND t2.id = k5.id ORDER BY t2.due_at ASC NULLS LAST, t2.id ASC) AS p1) AS c0
