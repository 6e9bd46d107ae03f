-- A prepaid ledger in PostgreSQL, as one would write it: what creditsd's Charge does, in one stored function.
--
-- It does the same work: the key with its request's fingerprint and the answer, refusals too; the wallet's row locked
-- and updated; the entry. It leaves out what only creditsd promises: the hash chain, and so it has less to do.

CREATE TABLE wallet (
  wallet_id text PRIMARY KEY,
  currency text NOT NULL,
  posted bigint NOT NULL,  -- micros
  held bigint NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'ACTIVE',
  sequence bigint NOT NULL DEFAULT 1,
  create_time timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);  -- so that an update finds room on its page and touches no index

-- No index over wallet and sequence: creditsd's journal has none either.
CREATE TABLE entry (
  entry_id bigint PRIMARY KEY,
  wallet_id text NOT NULL,
  sequence bigint NOT NULL,
  kind text NOT NULL,
  amount bigint NOT NULL,
  counter_account text NOT NULL,
  posted bigint NOT NULL,
  held bigint NOT NULL,
  reason text NOT NULL,
  reference text NOT NULL,
  caller text NOT NULL,
  create_time timestamptz NOT NULL
);
CREATE SEQUENCE entry_number OWNED BY entry.entry_id;

CREATE TABLE idempotency_record (
  caller text NOT NULL,
  key text NOT NULL,
  method text NOT NULL,
  fingerprint bytea NOT NULL,
  answer text NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (caller, key)
);

CREATE FUNCTION charge(
  calling text,
  its_key text,
  from_wallet text,
  amount bigint,
  currency_code text,
  reason text,
  reference text
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  digest constant bytea := sha256(convert_to(
    concat_ws('|', 'Charge', from_wallet, amount, currency_code, reason, reference), 'UTF8'));
  now constant timestamptz := clock_timestamp();
  found_wallet wallet;
  recorded idempotency_record;
  number bigint;
  refusal text;
  answer text;
BEGIN
  SELECT * INTO found_wallet FROM wallet WHERE wallet_id = from_wallet FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'WALLET_NOT_FOUND';
  ELSIF amount <= 0 THEN
    RETURN 'AMOUNT_OUT_OF_RANGE';
  ELSIF currency_code <> found_wallet.currency THEN
    RETURN 'CURRENCY_MISMATCH';
  END IF;

  IF found_wallet.state <> 'ACTIVE' THEN
    refusal := 'WALLET_' || found_wallet.state;
  ELSIF found_wallet.posted - found_wallet.held < amount THEN
    refusal := concat_ws('|', 'INSUFFICIENT_CREDITS', found_wallet.posted - found_wallet.held, amount);
  END IF;
  IF refusal IS NULL THEN
    number := nextval('entry_number');
    found_wallet.posted := found_wallet.posted - amount;
    found_wallet.sequence := found_wallet.sequence + 1;
    -- The wallet and the entry after the charge, as long as creditsd's own record of its answer.
    answer := concat_ws('|', 'CHARGED',
      found_wallet.wallet_id, found_wallet.currency, found_wallet.posted, found_wallet.held, found_wallet.state,
      found_wallet.sequence, found_wallet.create_time, number, now, 'CHARGE', -amount, 'USAGE', reason, reference, calling);
  ELSE
    answer := refusal;
  END IF;

  -- Waits for a charge under way with the same key, and then finds what it has left.
  INSERT INTO idempotency_record VALUES (calling, its_key, 'Charge', digest, answer, now) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    SELECT * INTO STRICT recorded FROM idempotency_record AS r WHERE r.caller = calling AND r.key = its_key;
    IF recorded.method = 'Charge' AND recorded.fingerprint = digest THEN
      RETURN recorded.answer;
    END IF;
    RETURN 'IDEMPOTENCY_KEY_REUSED';
  END IF;

  IF refusal IS NULL THEN
    UPDATE wallet SET posted = found_wallet.posted, sequence = found_wallet.sequence WHERE wallet_id = from_wallet;
    INSERT INTO entry VALUES (
      number, from_wallet, found_wallet.sequence, 'CHARGE', -amount, 'USAGE', found_wallet.posted, found_wallet.held,
      reason, reference, calling, now);
  END IF;
  RETURN answer;
END
$$;
