package import Ledger
package import LedgerEngine

extension SQLiteStore {
  /// Returns the newest facts, each of them verified with the fact before it.
  func facts() throws(StoreError) -> LedgerFacts {
    var facts = LedgerFacts()
    for kind in LedgerFact.Kind.allCases {
      if let fact = try lastFact(of: kind) { facts.take(fact.content) }
    }
    return facts
  }

  private func lastFact(of kind: LedgerFact.Kind) throws(StoreError) -> LedgerFact? {
    let found = try reading("the last fact of \(kind.rawValue)") { () throws(StoreError) in
      let select = statements.facts.selectLast
      select.bind(.kind, kind.rawValue)
      defer { select.reset() }
      guard let row = try select.step() else { return LedgerFact?.none }
      guard let fact = Self.fact(in: row), fact.content.kind == kind else { throw .damaged("its row was changed") }
      return fact
    }
    guard let found else { return nil }
    let before = found.number == 1 ? Digest.zero : try fact(found.number - 1)?.hash
    guard let before, found.hash == Self.sha256(found.bytesToHash(after: before)) else {
      throw .damaged("fact \(found.number) was changed")
    }
    return found
  }

  private func fact(_ number: Int64) throws(StoreError) -> LedgerFact? {
    try reading("fact \(number)") { () throws(StoreError) in
      let select = statements.facts.select
      select.bind(.id, number)
      defer { select.reset() }
      guard let row = try select.step() else { return nil }
      guard let fact = Self.fact(in: row) else { throw .damaged("its row was changed") }
      return fact
    }
  }

  /// Returns the time of the last fact, or nil if there is none or it cannot be read.
  func lastFactTime() throws(StoreError) -> LedgerTime? {
    guard position.fact > 0 else { return nil }
    do throws(StoreError) {
      return try fact(position.fact)?.time
    } catch {
      guard case .damaged = error else { throw error }
      return nil
    }
  }

  package mutating func facts(from first: Int64, limit: Int) throws(StoreError) -> [TableRow<Int64, LedgerFact>] {
    try page(
      of: "fact",
      "facts",
      statements.facts.selectPage,
      by: .fact,
      from: first,
      through: position.fact,
      limit: limit
    ) { row in
      guard let fact = Self.fact(in: row) else { return .damaged("fact \(row.int64(.fact)) is damaged") }
      return .row(fact)
    }
  }

  /// Returns nil if the row cannot be read.
  private static func fact(in row: Row<FactStatements.Column>) -> LedgerFact? {
    guard let kind = LedgerFact.Kind(rawValue: row.text(.kind)), let hash = row.digest(.hash),
      let content = try? LedgerFact.Content(kind, canonicalBytes: row.bytes(.content))
    else { return nil }
    return LedgerFact(
      number: row.int64(.fact),
      time: LedgerTime(microseconds: row.int64(.time)),
      content: content,
      hash: hash
    )
  }

  func insert(_ fact: LedgerFact) throws(StoreError) {
    let insert = statements.facts.insert
    insert.bind(.fact, fact.number)
    insert.bind(.time, fact.time.microseconds)
    insert.bind(.kind, fact.content.kind.rawValue)
    insert.bind(.content, fact.content.canonicalBytes)
    insert.bind(.hash, fact.hash)
    try insert.run()
  }
}
