extension Schema {
  /// The whole address of a card, the company and tax id that it is billed to, and recharges by their state.
  static let version6 = """
    CREATE INDEX recharge_of_state ON recharge (state, create_time);

    ALTER TABLE payment_method ADD COLUMN billing_street TEXT NOT NULL DEFAULT '';
    ALTER TABLE payment_method ADD COLUMN billing_city TEXT NOT NULL DEFAULT '';
    ALTER TABLE payment_method ADD COLUMN billing_company TEXT NOT NULL DEFAULT '';
    ALTER TABLE payment_method ADD COLUMN billing_tax_id TEXT NOT NULL DEFAULT '';
    """
}
