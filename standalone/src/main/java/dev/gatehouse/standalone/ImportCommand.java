package dev.gatehouse.standalone;

import dev.gatehouse.standalone.migration.EnvoyGatewayCommand;
import dev.gatehouse.standalone.migration.IngressNginxCommand;
import dev.gatehouse.standalone.migration.TegCommand;
import dev.gatehouse.standalone.signon.AuthserviceCommand;
import dev.gatehouse.standalone.signon.OAuth2ProxyCommand;
import picocli.CommandLine.Command;

/** {@code gatehouse import}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {"Write what takes the place of another gateway or sign-on proxy, from what it has.", ""},
        subcommands = {
            IngressNginxCommand.class,
            EnvoyGatewayCommand.class,
            TegCommand.class,
            OAuth2ProxyCommand.class,
            AuthserviceCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse import ingress-nginx -f ingresses/ > gatehouse.yaml",
            "  gatehouse import envoy-gateway --context prod",
            "  gatehouse import oauth2-proxy oauth2-proxy.cfg --gateway front"
        })
public final class ImportCommand extends GroupCommand {}
