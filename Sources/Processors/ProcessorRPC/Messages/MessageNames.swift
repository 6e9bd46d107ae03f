import CreditsAPI
import ProcessorAPI

// Messages whose names clash with those of the ledger's types.

typealias MoneyMessage = CreditsAPI.Money
typealias BillingDetailsMessage = CreditsAPI.BillingDetails
typealias CardMessage = ProcessorAPI.Card
