public import UnixGRPC

/// Why a call had no effect, or why its effect is not known.
///
/// Look at ``reason`` first: it is there wherever the server decided. Where it is nil, the ``code`` says what happened:
/// `unavailable` when the server is not there or cannot work now, `deadlineExceeded` when no answer came in time,
/// `cancelled` when the task was. After those the call may have had its effect: repeat it with the same idempotency key
/// to know.
///
/// ```swift
/// do {
///   try await credits.wallet.charge("ada", .dollars(3), for: .numberPurchase, idempotencyKey: "number-1")
/// } catch let error as CreditsError where error.reason == .insufficientCredits {
///   print("missing:", error.shortfall?.formatted ?? "")
/// }
/// ```
public struct CreditsError: Error, Sendable, Hashable {
  /// A status code of gRPC.
  public typealias Code = GRPCStatus.Code

  public let code: Code
  /// Nil where the server gave none, or never had a say.
  public let reason: Reason?
  /// For a person: what is wrong, and what to do next. Its text may change.
  public let message: String
  /// What came with the reason, by the names of the contract. Known keys have properties of their own, such as
  /// ``available``; this also holds those of servers that are newer than this library.
  public let metadata: [String: String]
  /// The path of the request's field that is wrong, such as `amount.micros`; nil where no field is to blame.
  public let field: String?
  /// How long the server asks its callers to wait before they try again; nil where it does not say.
  public let retryDelay: Duration?

  /// Makes an error as the server would send it, for tests of code that handles errors.
  public init(
    code: Code,
    reason: Reason? = nil,
    message: String,
    metadata: [String: String] = [:],
    field: String? = nil,
    retryDelay: Duration? = nil
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.metadata = metadata
    self.field = field
    self.retryDelay = retryDelay
  }
}

extension CreditsError: CustomStringConvertible {
  /// The message, or the code's name where there is none.
  public var description: String { message.isEmpty ? code.name : message }
}
