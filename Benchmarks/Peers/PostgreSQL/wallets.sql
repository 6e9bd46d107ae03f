-- The wallets that are charged, with $1000 each. Variable: wallets.
INSERT INTO wallet (wallet_id, currency, posted)
  SELECT 'wallet-' || number, 'USD', 1000000000 FROM generate_series(1, :wallets) AS number;
VACUUM ANALYZE;
CHECKPOINT;
