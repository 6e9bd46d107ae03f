import ArgumentParser
import DynamicMessages

struct DescribeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Print the declaration of a service, method, message or enum.",
    discussion: """
      A method comes with its request and response.

        creditsctl describe WalletService
        creditsctl describe --template Wallet/Charge > request.json
      """
  )

  @OptionGroup var connectionOptions: ConnectionOptions

  @Argument(help: "A name, full or its last part: credits.v1.Wallet, Wallet, WalletService/GetWallet.")
  var symbol: String

  @Flag(help: "Print JSON with every field of the message, or of the method's request, to be filled in.")
  var template = false

  func run() async throws {
    let schema = try connectionOptions.schema(try connectionOptions.connect())
    let name =
      symbol.contains("/")
      ? try await schema.method(symbol).symbol : try await schema.symbol(symbol)
    let types = await schema.types
    let palette = Palette(of: .standardOutput)
    if template {
      let value = try Self.template(of: name, types)
      return Terminal.standardOutput.write(JSONWriter(isIndented: true, theme: palette.json).text(of: value) + "\n")
    }
    var names = [name]
    if case .method(let method, _)? = types.symbol(name) {
      names.append(method.inputType)
      if method.outputType != method.inputType { names.append(method.outputType) }
    }
    var parts: [String] = []
    for name in names {
      guard let symbol = types.symbol(name) else { continue }
      let file = types.file(declaring: name)?.name ?? ""
      parts.append(
        palette.faint("// \(visible(name)), declared in \(visible(file))") + "\n"
          + ProtoText.text(of: symbol, types: types, palette: palette)
      )
    }
    Terminal.standardOutput.write(parts.joined(separator: "\n"))
  }

  private static func template(of name: String, _ types: TypePool) throws(CommandFailure) -> JSONValue {
    var type = types.message(name)
    if case .method(let method, _)? = types.symbol(name) { type = types.message(method.inputType) }
    guard let type else { throw .usage("\(name) is no message and no method: there is no JSON of it") }
    return JSONTemplate(types: types).value(for: type)
  }
}
