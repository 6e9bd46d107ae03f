import CreditsClient

/// What the processor's books say of each recharge.
struct ProcessorBooks {
  struct Charge {
    let id: String
    let micros: Int64
    let isPaid: Bool
    /// Micros that were given back, by `creditsd` or without it.
    var givenBack: Int64 = 0
    /// Micros that a bank withholds.
    var withheld: Int64 = 0
  }

  /// By recharge id.
  private(set) var charges: [String: Charge] = [:]
  /// The number of recharges that have been charged more than once.
  private(set) var doubleCharges = 0
  private(set) var paidCharges = 0
  private(set) var charged = Money.micros(0)
  private(set) var refunds = 0
  private(set) var foreignRefunds = 0
  private(set) var givenBack = Money.micros(0)
  private(set) var withheld = Money.micros(0)
  private(set) var flaws: [String] = []

  /// - Parameter lines: As `credits-simulator books` prints them.
  init(_ lines: [[Substring]]) throws {
    var recharges: [Substring: String] = [:]
    for fields in lines where fields[0] == "charge" {
      recharges[fields[1]] = String(fields[2])
      let charge = Charge(id: String(fields[1]), micros: try Self.micros(fields), isPaid: fields[5] == "paid")
      if charge.isPaid {
        paidCharges += 1
        charged.micros += charge.micros
      }
      if let other = charges.updateValue(charge, forKey: String(fields[2])) {
        if other.isPaid, charge.isPaid { doubleCharges += 1 }
        flaws.append("\(fields[2]): the processor has two charges")
      }
    }
    func recharge(_ fields: [Substring]) throws -> String {
      guard let recharge = recharges[fields[2]] else { throw TortureError(description: "\(fields): of no charge") }
      return recharge
    }
    for fields in lines where fields[0].hasSuffix("refund") && fields[5] == "refunded" {
      let micros = try Self.micros(fields)
      if fields[0] == "refund" { refunds += 1 } else { foreignRefunds += 1 }
      givenBack.micros += micros
      charges[try recharge(fields)]?.givenBack += micros
    }
    for fields in lines where fields[0] == "dispute" && fields[5] != "won" {
      let micros = try Self.micros(fields)
      withheld.micros += micros
      charges[try recharge(fields)]?.withheld += micros
    }
  }

  private static func micros(_ fields: [Substring]) throws -> Int64 {
    guard let micros = Int64(fields[3]) else { throw TortureError(description: "\(fields): no amount") }
    return micros
  }
}
