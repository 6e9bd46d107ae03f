extension Schema {
  /// The whole address of a card, and the company and tax id that it is billed to.
  static let version6 = """
    ALTER TABLE payment_method ADD COLUMN billing_street TEXT NOT NULL DEFAULT '';
    ALTER TABLE payment_method ADD COLUMN billing_city TEXT NOT NULL DEFAULT '';
    ALTER TABLE payment_method ADD COLUMN billing_company TEXT NOT NULL DEFAULT '';
    ALTER TABLE payment_method ADD COLUMN billing_tax_id TEXT NOT NULL DEFAULT '';
    """
}
