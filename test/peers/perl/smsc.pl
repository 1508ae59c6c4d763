#!/usr/bin/perl
# An SMSC that Net::SMPP plays, for one connection: prints its port, then every PDU as a line of JSON. It takes
# every message (those for a number that ends in 9 it refuses with 0x0B), asks once whether the link lives,
# and sends a receipt for each message that wants one.
use strict;
use warnings;
use JSON::PP;
use Net::SMPP;

$| = 1;
my $json = JSON::PP->new->canonical->latin1;
my %NAME = (
    0x01 => 'bind_receiver', 0x02 => 'bind_transmitter', 0x09 => 'bind_transceiver', 0x04 => 'submit_sm',
    0x06 => 'unbind', 0x15 => 'enquire_link', 0x80000005 => 'deliver_sm_resp', 0x80000015 => 'enquire_link_resp',
    0x80000000 => 'generic_nack',
);
my $listener = Net::SMPP->new_listen('127.0.0.1', port => 0) or die "cannot listen: $!";
print $listener->sockport, "\n";
my $smpp = $listener->accept or die "nobody came: $!";
my $last = 0;

while (my $pdu = $smpp->read_pdu()) {
    my $name = $NAME{ $pdu->{cmd} } // sprintf('0x%08x', $pdu->{cmd});
    my %fields = map { $_ => $pdu->{$_} } grep { /^[a-z0-9]/ && !ref $pdu->{$_} } keys %$pdu;
    delete @fields{qw(data known_pdu reserved cmd)};
    $_ = unpack('H*', $_) for grep { defined } @fields{ grep { $_ eq 'short_message' || /^\d+$/ } keys %fields };
    print $json->encode({ %fields, command => $name }), "\n";
    if ($name =~ /^bind_/) {
        my $answer = "${name}_resp";
        $smpp->$answer(seq => $pdu->{seq}, system_id => 'perl', sc_interface_version => pack('C', 0x34));
        $smpp->enquire_link(async => 1);
    } elsif ($name eq 'enquire_link') {
        $smpp->enquire_link_resp(seq => $pdu->{seq});
    } elsif ($name eq 'unbind') {
        $smpp->unbind_resp(seq => $pdu->{seq});
        last;
    } elsif ($name eq 'submit_sm') {
        if ($pdu->{destination_addr} =~ /9$/) {
            $smpp->submit_sm_resp(seq => $pdu->{seq}, status => 0x0b, message_id => '');
            next;
        }
        my $id = sprintf '%08X', ++$last + 0xA0;
        $smpp->submit_sm_resp(seq => $pdu->{seq}, message_id => $id);
        next unless $pdu->{registered_delivery} & 1;
        $smpp->deliver_sm(
            async => 1,
            source_addr_ton => 1, source_addr_npi => 1, source_addr => $pdu->{destination_addr},
            destination_addr => $pdu->{source_addr},
            esm_class => 0x04,
            short_message => "id:$id sub:001 dlvrd:001 submit date:2601011200 done date:2601011201 stat:DELIVRD err:000 text:",
            receipted_message_id => "$id\0",
            message_state => pack('C', 2),
            network_error_code => pack('Cn', 3, 0),
        );
    }
}
