import CreditsAPI
import Ledger
import LedgerEngine
import MessageDigest
import ProtobufC

/// A request for a page of a list.
protocol PagedRequest: ProtobufMessage {
  var pageSize: Int32 { get set }
  var pageToken: String { get set }
}

extension ListWalletsRequest: PagedRequest {}
extension ListEntriesRequest: PagedRequest {}
extension ListRechargesRequest: PagedRequest {}
extension ListHoldsRequest: PagedRequest {}

/// Where pages begin, as the opaque text that callers carry (AIP-158): a place, and what ties it to the list that gave it
/// and to the fields that the list was asked with, the size of its pages among them. Elsewhere it would lead through
/// another list, and leave out what nobody misses.
enum PageToken {
  static let refusal = Refusal.fieldInvalid(
    field: "page_token",
    description: "is not one that this list gave with these fields: send it with those it was given for, or leave it "
      + "empty to begin anew"
  )

  /// The token of the page that begins at `place`.
  static func text(at place: String, of request: some PagedRequest) throws -> String {
    "\(place).\(String(try tie(place, to: request), radix: 16))"
  }

  /// The place that the request's token names; nil for the empty token.
  static func place(in request: some PagedRequest) throws -> String? {
    let token = request.pageToken
    guard !token.isEmpty else { return nil }
    guard let dot = token.lastIndex(of: ".") else { throw refusal }
    let place = String(token[..<dot])
    guard try text(at: place, of: request) == token else { throw refusal }
    return place
  }

  /// A page size that the server chooses or cuts ties as the size that it comes to.
  private static func tie(_ place: String, to request: some PagedRequest) throws -> UInt64 {
    var request = request
    request.pageSize = Int32(try RequestFields.pageSize(request.pageSize))
    request.pageToken = ""
    let list = "\(type(of: request))\u{0}\(place)\u{0}"
    return SHA256.hash(Array(list.utf8) + (try request.serializedBytes())).0
  }

  /// The numbers of a place, in hexadecimal with dots between.
  fileprivate static func numbers(_ place: some StringProtocol, count: Int) throws(Refusal) -> [Int64] {
    let numbers = place.split(separator: ".").compactMap { Int64($0, radix: 16) }
    guard numbers.count == count else { throw refusal }
    return numbers
  }

  fileprivate static func text(_ numbers: Int64...) -> String {
    numbers.map { String($0, radix: 16) }.joined(separator: ".")
  }
}

// MARK: Places of each list

extension ListWalletsRequest {
  /// The record that created the last wallet of the page before.
  func pageStart() throws -> Int64? {
    try PageToken.place(in: self).map { try PageToken.numbers($0, count: 1)[0] }
  }

  func pageToken(after created: Int64) throws -> String { try PageToken.text(at: PageToken.text(created), of: self) }
}

extension ListEntriesRequest {
  func pageStart() throws -> RecordPlace? {
    try PageToken.place(in: self).map { place in
      let numbers = try PageToken.numbers(place, count: 2)
      return RecordPlace(record: numbers[0], sequence: numbers[1])
    }
  }

  func pageToken(at place: RecordPlace) throws -> String {
    try PageToken.text(at: PageToken.text(place.record, place.sequence), of: self)
  }
}

extension ListRechargesRequest {
  func pageStart() throws -> RechargePlace? {
    try PageToken.place(in: self).map { place in
      // The id may have dots.
      let parts = place.split(separator: ".", maxSplits: 1)
      guard parts.count == 2 else { throw PageToken.refusal }
      let time = LedgerTime(microseconds: try PageToken.numbers(parts[0], count: 1)[0])
      return RechargePlace(createTime: time, id: RechargeID(String(parts[1])))
    }
  }

  func pageToken(at place: RechargePlace) throws -> String {
    try PageToken.text(at: "\(PageToken.text(place.createTime.microseconds)).\(place.id.value)", of: self)
  }
}

extension ListHoldsRequest {
  func pageStart() throws -> HoldPlace? {
    try PageToken.place(in: self).map { place in
      let numbers = try PageToken.numbers(place, count: 2)
      return HoldPlace(expireTime: LedgerTime(microseconds: numbers[0]), placed: numbers[1])
    }
  }

  func pageToken(at place: HoldPlace) throws -> String {
    try PageToken.text(at: PageToken.text(place.expireTime.microseconds, place.placed), of: self)
  }
}
