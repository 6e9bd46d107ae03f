/// Writes the status code of each reason, for the server.
struct ServerReasonsWriter {
  func text(of catalog: ReasonCatalog) throws(GeneratorError) -> String {
    var source = SwiftSource.reasons(importing: ["import Ledger", "import UnixGRPC"])
    try source.block("extension Reason") { (source) throws(GeneratorError) in
      source.documentation(" The status code that a call ends with for this reason.")
      try source.block("var code: GRPCStatus.Code") { (source) throws(GeneratorError) in
        try source.block("switch self") { (source) throws(GeneratorError) in
          for reason in catalog.reasons {
            source.line("case .\(reason.swiftName): .\(SwiftNames.enumCase(reason.code, of: "Code"))")
          }
        }
      }
    }
    return source.text
  }
}
