-- That the peer does the work that it is measured at: run before each measurement, and undone.
BEGIN;
DO $$
DECLARE
  first constant text := charge('a', 'key', 'wallet-1', 4200, 'USD', 'CALL', 'call-1');
  refused constant text := charge('a', 'large', 'wallet-1', 2000000000, 'USD', 'CALL', 'call-2');
BEGIN
  ASSERT first LIKE 'CHARGED|wallet-1|USD|999995800|%', first;
  ASSERT charge('a', 'key', 'wallet-1', 4200, 'USD', 'CALL', 'call-1') = first, 'a repetition gets the first answer';
  ASSERT charge('a', 'key', 'wallet-1', 4201, 'USD', 'CALL', 'call-1') = 'IDEMPOTENCY_KEY_REUSED', 'another request';
  ASSERT charge('b', 'key', 'wallet-1', 4200, 'USD', 'CALL', 'call-1') LIKE 'CHARGED|%|999991600|%', 'another caller';
  ASSERT refused LIKE 'INSUFFICIENT_CREDITS|%', refused;
  ASSERT charge('a', 'large', 'wallet-1', 2000000000, 'USD', 'CALL', 'call-2') = refused, 'a refusal is final';
  ASSERT charge('a', 'none', 'wallet-0', 1, 'USD', 'CALL', 'call-3') = 'WALLET_NOT_FOUND', 'no such wallet';
  ASSERT (SELECT (posted, sequence) = (999991600, 3) FROM wallet WHERE wallet_id = 'wallet-1'), 'two charges';
  ASSERT (SELECT (count(*), sum(amount)) = (2, -8400) FROM entry), 'two entries';
END
$$;
ROLLBACK;
