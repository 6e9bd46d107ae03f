import ArgumentParser
import DynamicMessages

struct CallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call",
    abstract: "Call a method of any kind, with JSON in and out.",
    discussion: """
      Several JSON documents, one after another, are a stream of requests; responses are printed as they come. Enum \
      values may be given without the prefix that they share.

        creditsctl call Wallet/GetWallet '{"walletId": "w1"}'
        creditsctl call -v GetWallet @request.json
        generate-requests | creditsctl call package.Service/Method -
      """
  )

  /// The default timeout of a call with one response. Streams have none.
  private static let usualTimeout: Duration = .seconds(10)

  @OptionGroup var connectionOptions: ConnectionOptions

  @Argument(help: "package.Service/Method, or as much of its end as is unambiguous.")
  var method: String

  @Argument(
    help: ArgumentHelp(
      "The request: JSON, @file, or - for standard input.",
      discussion: "Without it one empty message is sent; a stream of requests is read from standard input.",
      valueName: "json"
    )
  )
  var request: String?

  @Flag(help: "Also print empty texts, false and unspecified values, not only zeros and empty lists.")
  var emitDefaults = false

  @Flag(help: "Print each response on one line.")
  var compact = false

  @Flag(name: .shortAndLong, help: "Show metadata, sizes and times on standard error.")
  var verbose = false

  func run() async throws {
    let connection = try connectionOptions.connect()
    let schema = try connectionOptions.schema(connection)
    let method = try await schema.method(method)
    let isStream = method.method.isClientStreaming || method.method.isServerStreaming
    let writer = JSONWriter(isIndented: !compact, theme: Palette(of: .standardOutput).json)
    let call = Call(
      connection: connection,
      method: method,
      conversion: MessageConversion(schema: schema, defaults: emitDefaults ? .all : .zerosAndEmpty),
      timeout: isStream || connectionOptions.timeout != nil ? nil : Self.usualTimeout,
      report: CallReport(writer: writer, isVerbose: verbose)
    )
    var source = try request.map(RequestSource.init(argument:))
    if source == nil, method.method.isClientStreaming { source = .standardInput }
    try await call.run(source)
  }
}
