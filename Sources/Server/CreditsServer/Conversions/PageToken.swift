import CreditsAPI
import Ledger
import LedgerEngine
import MessageDigest
import ProtobufC

// Opaque page tokens (AIP-158).

enum PageToken {
  static let refusal = Refusal.fieldInvalid(
    field: "page_token",
    description: "is not one that this list gave: leave it empty to begin anew"
  )

  /// Parses the numbers of a token: hexadecimal, separated by dots. Returns nil for the empty token.
  static func numbers(_ token: String, count: Int) throws(Refusal) -> [UInt64]? {
    guard !token.isEmpty else { return nil }
    let numbers = token.split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt64($0, radix: 16) }
    guard numbers.count == count, text(numbers) == token else { throw refusal }
    return numbers
  }

  static func text(_ numbers: [UInt64]) -> String { numbers.map { String($0, radix: 16) }.joined(separator: ".") }
}

struct WalletPageToken {
  /// The record that created the last wallet of the previous page.
  let created: Int64

  init(created: Int64) { self.created = created }

  /// Returns nil for the empty token.
  init?(_ token: String) throws(Refusal) {
    guard let numbers = try PageToken.numbers(token, count: 1) else { return nil }
    guard let created = Int64(exactly: numbers[0]) else { throw PageToken.refusal }
    self.created = created
  }

  var text: String { PageToken.text([UInt64(created)]) }
}

struct RechargePageToken {
  let place: RechargePlace

  init(place: RechargePlace) { self.place = place }

  /// Returns nil for the empty token.
  init?(_ token: String) throws(Refusal) {
    guard !token.isEmpty else { return nil }
    let parts = token.split(separator: ".", maxSplits: 1)
    guard parts.count == 2, let time = UInt64(parts[0], radix: 16).flatMap(Int64.init(exactly:)) else {
      throw PageToken.refusal
    }
    place = RechargePlace(createTime: LedgerTime(microseconds: time), id: RechargeID(String(parts[1])))
    guard text == token else { throw PageToken.refusal }
  }

  var text: String { PageToken.text([UInt64(place.createTime.microseconds)]) + "." + place.id.value }
}

struct EntryPageToken {
  let place: RecordPlace
  /// A hash of the request's other fields: the token is valid only with the same ones.
  private let fields: UInt64

  init(place: RecordPlace, request: ListEntriesRequest) throws {
    self.place = place
    fields = try Self.fields(of: request)
  }

  /// Returns nil for the empty token.
  init?(_ token: String, of request: ListEntriesRequest) throws {
    guard let numbers = try PageToken.numbers(token, count: 3) else { return nil }
    guard let record = Int64(exactly: numbers[0]), let sequence = Int64(exactly: numbers[1]), record > 0 else {
      throw PageToken.refusal
    }
    guard numbers[2] == (try Self.fields(of: request)) else {
      throw Refusal.fieldInvalid(
        field: "page_token",
        description: "comes with other fields than those it was given for: send those, or begin anew without it"
      )
    }
    place = RecordPlace(record: record, sequence: sequence)
    fields = numbers[2]
  }

  var text: String { PageToken.text([UInt64(place.record), UInt64(place.sequence), fields]) }

  private static func fields(of request: ListEntriesRequest) throws -> UInt64 {
    var request = request
    request.pageSize = 0
    request.pageToken = ""
    return SHA256.hash(try request.serializedBytes()).0
  }
}
