import DynamicMessages
import Encodings
import UnixGRPC

/// Formats the details of a status for people.
struct StatusText: Sendable {
  let conversion: MessageConversion

  func details(of status: GRPCStatus) async -> [String] {
    var lines: [String] = []
    for detail in status.details { lines += await self.lines(detail, of: status) }
    return lines.map { "  " + visible($0) }
  }

  private func lines(_ detail: StatusDetail, of status: GRPCStatus) async -> [String] {
    switch detail {
    case .errorInfo(let info):
      let head = "reason \(info.reason)" + (info.domain.isEmpty ? "" : " of \(info.domain)")
      return [head] + info.metadata.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
    case .badRequest(let request):
      // What the status has said already is not said again.
      return request.fieldViolations.map { violation in
        let isSaid = violation.description.isEmpty || status.message.contains(violation.description)
        return "field \(violation.field)" + (isSaid ? "" : ": \(violation.description)")
      }
    case .retryInfo(let retry): return ["retry after \(retry.retryDelay)"]
    case .any(let url, let value): return [await text(url, value)]
    }
  }

  /// Formats a detail by the type that the server describes, or as bytes if it describes none.
  private func text(_ url: String, _ value: [UInt8]) async -> String {
    guard let name = AnyJSON.typeName(url: url), let json = try? await conversion.json(value, type: name) else {
      return "\(url) (base64) \(Base64.paddedText(value))"
    }
    return "\(name) \(JSONWriter(isIndented: false).text(of: json))"
  }
}
