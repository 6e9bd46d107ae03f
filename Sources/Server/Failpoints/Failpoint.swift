import Glibc
package import Ledger
package import LedgerEngine

/// A point at which `creditsd` can be killed as by a power cut, to show that recovery gives the same result: before and
/// after each commit and each request to the processor, and before replies.
package enum Failpoint: Hashable, Sendable {
  /// The batch with such a record is decided but not durable.
  case beforeCommit(RecordKind)
  /// The batch is durable, but nothing has been acknowledged.
  case afterCommit(RecordKind)
  case beforeAsking(ProcessorRequest)
  /// The processor has answered, but the answer is not recorded.
  case afterAsking(ProcessorRequest)
  /// A call of `credits.v1` is being answered. It is open whether the response is sent.
  case reply
}

extension Failpoint: CaseIterable {
  package static let allCases: [Failpoint] =
    RecordKind.allCases.flatMap { [.beforeCommit($0), .afterCommit($0)] }
    + ProcessorRequest.allCases.flatMap { [.beforeAsking($0), .afterAsking($0)] } + [.reply]
}

extension Failpoint: RawRepresentable, CustomStringConvertible {
  /// For example `after-commit-recharge-started` or `before-create-charge`.
  package var rawValue: String {
    switch self {
    case .beforeCommit(let kind): "before-commit-" + Self.name(kind)
    case .afterCommit(let kind): "after-commit-" + Self.name(kind)
    case .beforeAsking(let request): "before-" + request.rawValue
    case .afterAsking(let request): "after-" + request.rawValue
    case .reply: "reply"
    }
  }

  package init?(rawValue: String) {
    guard let failpoint = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = failpoint
  }

  package var description: String { rawValue }

  private static func name(_ kind: RecordKind) -> String {
    String(kind.rawValue.map { $0 == "_" ? "-" : Character($0.lowercased()) })
  }
}

extension Failpoint {
  /// Kills the process if `here` is this failpoint. Nothing is written, flushed or reported.
  package func hit(_ here: Failpoint) {
    guard here == self else { return }
    kill(getpid(), SIGKILL)
    // A signal to oneself is delivered before kill(2) returns, but possibly to another thread. This thread must not go on.
    while true { pause() }
  }

  /// A commit hook for ``Committer``.
  package func commits(_ moment: Committer.CommitMoment, _ records: [JournalRecord]) {
    for record in records {
      switch moment {
      case .before: hit(.beforeCommit(record.kind))
      case .after: hit(.afterCommit(record.kind))
      }
    }
  }
}
