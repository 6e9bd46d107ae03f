import Encodings

/// Names that the simulated processor gives to what it makes.
///
/// With 128 random bits, so that a name never means two things: books that are lost or restored from a backup would count
/// from an earlier number, and a ledger that was not restored with them would charge another customer's card.
enum RandomName {
  static func make(_ kind: String) -> String {
    let bits = (0..<2).map { _ in Hexadecimal.text(UInt64.random(in: .min ... .max), digitCount: 16) }
    return "\(kind)_sim_\(bits.joined())"
  }
}
