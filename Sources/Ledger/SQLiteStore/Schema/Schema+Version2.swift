extension Schema {
  /// Automatic recharges.
  static let version2 = """
    CREATE TABLE auto_recharge (
      wallet INTEGER PRIMARY KEY,
      is_enabled INTEGER NOT NULL,
      threshold INTEGER NOT NULL,
      amount INTEGER NOT NULL,
      monthly_limit INTEGER,
      phase TEXT NOT NULL,
      detail TEXT NOT NULL,  -- the recharge that it waits for, or why the last one failed
      phase_time INTEGER,  -- when the phase ends; of SUSPENDED, when it began
      failures INTEGER NOT NULL,
      month INTEGER NOT NULL,  -- months since January of year 0
      reserved INTEGER NOT NULL,
      wake_time INTEGER  -- when it is looked at though nothing happens
    ) STRICT;
    CREATE INDEX due_auto_recharge ON auto_recharge (wake_time) WHERE wake_time IS NOT NULL;
    """
}
