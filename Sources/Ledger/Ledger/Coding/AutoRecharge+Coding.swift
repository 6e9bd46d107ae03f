extension CanonicalWriter {
  package mutating func write(_ terms: AutoRechargeTerms) {
    write(terms.threshold)
    write(terms.amount)
    write(terms.monthlyLimit != nil)
    if let limit = terms.monthlyLimit { write(limit) }
  }

  package mutating func write(_ settings: AutoRechargeSettings) {
    write(settings.isEnabled)
    write(settings.terms != nil)
    if let terms = settings.terms { write(terms) }
  }

  package mutating func write(_ autoRecharge: AutoRecharge) {
    write(autoRecharge.isEnabled)
    write(autoRecharge.terms)
    write(autoRecharge.failures)
    write(autoRecharge.month.number)
    write(autoRecharge.reserved)
    let record = AutoRecharge.PhaseRecord(autoRecharge.phase)
    write(record.name.rawValue)
    let detail: String = record.detail ?? ""
    write(detail)
    write(record.time?.microseconds ?? 0)
    write(autoRecharge.isDisputed)
  }
}

extension CanonicalReader {
  package mutating func readAutoRechargeTerms() throws(Malformed) -> AutoRechargeTerms {
    AutoRechargeTerms(
      threshold: try readMoney(),
      amount: try readMoney(),
      monthlyLimit: try readBool() ? try readMoney() : nil
    )
  }

  package mutating func readAutoRechargeSettings() throws(Malformed) -> AutoRechargeSettings {
    AutoRechargeSettings(isEnabled: try readBool(), terms: try readBool() ? try readAutoRechargeTerms() : nil)
  }

  package mutating func readAutoRecharge() throws(Malformed) -> AutoRecharge {
    var autoRecharge = AutoRecharge(
      isEnabled: try readBool(),
      terms: try readAutoRechargeTerms(),
      failures: try readInt64(),
      month: CalendarMonth(number: try readInt64()),
      reserved: try readInt64()
    )
    let name = try read(AutoRecharge.PhaseName.self)
    let record = AutoRecharge.PhaseRecord(name: name, detail: try readString(), time: try readTime())
    guard let phase = record.phase else { throw malformed }
    autoRecharge.phase = phase
    if layout >= .cards { autoRecharge.isDisputed = try readBool() }
    return autoRecharge
  }
}
