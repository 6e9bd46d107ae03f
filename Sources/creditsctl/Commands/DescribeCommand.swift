import ArgumentParser
import DynamicMessages

struct DescribeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Print the declaration of a service, method, message or enum.",
    discussion: "A method comes with its request and response."
  )

  @OptionGroup var connectionOptions: ConnectionOptions

  @Argument(help: "A name, full or its last part: credits.v1.Wallet, Wallet, WalletService/GetWallet.")
  var symbol: String

  func run() async throws {
    let schema = try connectionOptions.schema(try connectionOptions.connect())
    let name =
      symbol.contains("/")
      ? try await schema.method(symbol).symbol : try await schema.symbol(symbol)
    let types = await schema.types
    var names = [name]
    if case .method(let method, _)? = types.symbol(name) {
      names.append(method.inputType)
      if method.outputType != method.inputType { names.append(method.outputType) }
    }
    let palette = Palette(of: .standardOutput)
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
}
